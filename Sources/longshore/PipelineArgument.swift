import ArgumentParser
import Console
import Foundation
import Pipelines
import Planning

/// The pipeline that a command is about, and values for its parameters.
struct PipelineArgument: ParsableArguments {
    @Argument(help: "The pipeline's folder, which holds `pipeline.yaml`.")
    var pipeline: String

    @Option(
        name: .customLong("set"),
        help: "A value for a parameter of the definition: name=value."
    )
    var settings: [String] = []

    func validate() throws {
        for setting in settings where Self.parts(of: setting) == nil {
            throw ValidationError("`--set \(setting)` has no `=`: write `--set name=value`")
        }
    }

    /// The folder, absolute.
    var folder: String { Self.folder(of: pipeline) }

    /// The absolute path of a folder.
    static func folder(of pipeline: String) -> String {
        URL(fileURLWithPath: pipeline).standardizedFileURL.path
    }

    /// The pipeline's name, or the absolute folder when the definition cannot be read.
    var nameOrFolder: String {
        let definition = try? DefinitionReader.read(folder: folder, parameters: parameters)
        return definition?.pipeline.name ?? folder
    }

    /// What whoever runs this command asks for: some periods of a definition that was read here.
    func request(
        _ definition: Definition,
        _ periods: [Period],
        adopting adopted: Set<String> = []
    ) -> LoadRequest {
        LoadRequest(
            pipeline: definition.pipeline,
            definition: definition.bundle,
            folder: folder,
            periods: periods,
            requestedBy: Requester.name,
            adopted: adopted
        )
    }

    /// Reads the definition and prints its warnings; every problem is in the error.
    func read() throws -> Definition {
        try Self.read(pipeline, parameters: parameters)
    }

    /// Reads the definition in a folder and prints its warnings.
    static func read(_ pipeline: String, parameters: [String: String]) throws -> Definition {
        do {
            let definition = try DefinitionReader.read(
                folder: folder(of: pipeline),
                parameters: parameters
            )
            for warning in definition.warnings {
                Output.note(warning.description)
            }
            return definition
        } catch {
            throw CommandFailure(.badInput, report: error.rendered(folder: pipeline))
        }
    }

    private var parameters: [String: String] {
        var values: [String: String] = [:]
        for (name, value) in settings.compactMap(Self.parts) { values[name] = value }
        return values
    }

    /// Name and value; by scalars, as a sign that joins the `=` does not hide it.
    private static func parts(of setting: String) -> (name: String, value: String)? {
        let scalars = setting.unicodeScalars
        guard let sign = scalars.firstIndex(of: "=") else { return nil }
        return (String(scalars[..<sign]), String(scalars[sign...].dropFirst()))
    }
}
