import ArgumentParser
import Console
import Foundation
import Pipelines
import Survey

/// `longshore init`: a pipeline to start from.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a folder with a small pipeline to start from.",
        discussion: """
            With `--from` the pipeline loads the given files (CSV or JSON) as they are, where they are: types, \
            keys, periods and references are guessed from their rows, and comments in the \
            definition say what to decide.
            """
    )

    @Argument(help: "The folder to make; its last part becomes the pipeline's name.")
    var folder: String

    @Option(help: "A file to draft the pipeline from; may be given several times.")
    var from: [String] = []

    @Option(help: "Judge each file by so many rows at most; default: all.")
    var rows: Int?

    func validate() throws {
        if let rows, rows < 1 { throw ValidationError("`--rows \(rows)`: at least 1") }
        if rows != nil, from.isEmpty { throw ValidationError("`--rows` needs `--from`") }
    }

    func run() async throws {
        let url = URL(fileURLWithPath: folder).standardizedFileURL
        let name = url.lastPathComponent
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,47}/.matchingSemantics(.unicodeScalar)) != nil
        else {
            throw CommandFailure(
                .usage,
                "`\(name)` cannot be a pipeline's name: use lower-case letters, digits and `_`, "
                    + "a letter first, at most 48 in all"
            )
        }
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw CommandFailure(.usage, "`\(url.path)` exists already: choose another folder")
        }
        let files = try await from.isEmpty ? StarterPipeline.files(name: name) : drafted(name, url)
        try await write(files, into: url)
        Output.print("Made \(folder) with \(files.keys.sorted().joined(separator: ", ")).")
        let place = Invocation.quoted(folder)
        Output.print("Next: longshore check \(place)\(from.isEmpty ? "" : " --sources")")
        Output.print("      longshore load \(place)")
    }

    private func drafted(_ name: String, _ url: URL) async throws -> [String: String] {
        var origins: [DraftOrigin] = []
        for paths in FileOrigin.tables(of: from) {
            let origin = FileOrigin(path: paths[0], pipelineFolder: url.path)
            origins.append(try await origin.drafted(rows: rows, with: Array(paths.dropFirst())))
        }
        let yaml = try PipelineDraft(name: name, origins: origins).yaml
        do {
            _ = try Definition(bundle: DefinitionBundle(files: ["pipeline.yaml": yaml]))
        } catch {
            throw CommandFailure(.unexpected, report: "\(error.rendered())\n\(yaml)")
        }
        return ["pipeline.yaml": yaml]
    }

    /// All files, or no folder at all.
    private func write(_ files: [String: String], into folder: URL) async throws {
        do {
            for (path, text) in files {
                let file = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try await OutputFile.write(file.path) { try $0.write(Array(text.utf8)) }
            }
        } catch let error as CocoaError {
            try? FileManager.default.removeItem(at: folder)
            throw CommandFailure(
                .usage,
                "`\(folder.path)` cannot be made: \(error.localizedDescription)"
            )
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }
}
