import ArgumentParser
import Credentials
import Endpoints
import Extraction
import Foundation
import LocalStack

/// What definitions may make this process read.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Variables of the environment that sources may name: `CRM_*,WAREHOUSE_DIR`.",
            discussion: """
                Without the option: LONGSHORE_ENVIRONMENT, or all but LONGSHORE_….
                """,
            valueName: "names"
        )
    )
    var environment: String?

    @Option(
        help: ArgumentHelp(
            "Read files of sources below this folder only; may be given again.",
            discussion: """
                Without the option: LONGSHORE_SOURCES_BELOW, folders with colons between them, or anywhere.
                """,
            valueName: "folder"
        )
    )
    var sourcesBelow: [String] = []

    /// What may be read by a process that uses the servers of `fleet`.
    func sources(beside fleet: FleetOptions) throws -> SourceEnvironment {
        try Self.sources(names: environment, below: sourcesBelow, stack: fleet.stack)
    }

    /// What may be read by a process without servers.
    func sources() throws -> SourceEnvironment {
        try Self.sources(names: environment, below: sourcesBelow)
    }

    /// What may be read; what no option says, the environment does.
    static func sources(
        names: String? = nil,
        below folders: [String] = [],
        stack: String = LocalStack.defaultDirectory
    ) throws -> SourceEnvironment {
        let variables = ProcessInfo.processInfo.environment
        let places = folders.isEmpty ? try self.folders(variables) : folders
        return SourceEnvironment(
            names: try allowed(names, variables),
            places: SourcePlaces(
                below: places.isEmpty ? nil : places,
                own: [LocalStack(directory: stack).data] + own(variables),
                marks: LocalStack.dataMarks
            )
        ) { variables[$0] }
    }

    /// The files with this process's own secrets: the URLs of its servers, what it proves itself with to them, and what the
    /// environment names besides.
    private static func own(_ variables: [String: String]) -> [String] {
        let files = FleetOptions.names.compactMap { variables["LONGSHORE_\($0)_URL_FILE"] }
        let urls = FleetOptions.names.compactMap { try? FleetOptions.url($0, in: variables) }
        let proofs = urls.compactMap { try? ConnectionURL($0).query }
            .flatMap { query in
                ["sslkey", "sslcert", "keyfile", "certfile"].compactMap { query[$0] }
            }
        let named = [
            SealingKey.variable, "LONGSHORE_LISTEN_TOKEN_FILE", "LONGSHORE_LISTEN_KEY_FILE",
            "\(LineageOptions.variable)_KEY_FILE",
        ]
        .compactMap { variables[$0] }
        return (files + proofs + named).filter { !$0.isEmpty }
    }

    /// The folders that the environment names.
    ///
    /// - Throws: where it names none and is set: to allow all of them would be the opposite of what is meant.
    private static func folders(_ variables: [String: String]) throws -> [String] {
        let variable = "LONGSHORE_SOURCES_BELOW"
        guard let text = variables[variable] else { return [] }
        let folders = text.utf8.split(separator: UInt8(ascii: ":")).compactMap(String.init)
        guard !folders.isEmpty else {
            throw CommandFailure(
                .usage,
                "\(variable) names no folder: name those below which files are read, or unset it"
            )
        }
        return folders
    }

    private static func allowed(
        _ option: String?,
        _ variables: [String: String]
    ) throws -> VariableNames? {
        let variable = "LONGSHORE_ENVIRONMENT"
        let title = option == nil ? variable : "`--environment`"
        guard let text = option ?? variables[variable] else { return nil }
        guard let names = VariableNames(text) else {
            throw CommandFailure(
                .usage,
                "\(title) is `\(text)`; expected names of variables, or their beginnings with `*`, with "
                    + "commas between them: `CRM_*,WAREHOUSE_DIR`"
            )
        }
        return names
    }
}
