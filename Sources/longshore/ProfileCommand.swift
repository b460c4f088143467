import ArgumentParser
import Console
import Extraction
import Foundation
import Pipelines
import Survey
import Views

/// `longshore profile`: what a source holds, and a definition to start from.
struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Show what a source holds, column by column, and a definition to start from.",
        discussion: """
            A source is a file of CSV or JSON (compressed or not), or what a pipeline's table or source reads: \
            `longshore profile data/orders.csv`, `longshore profile pipelines/shop:sale`. Values of \
            rows are printed.
            """
    )

    @Argument(help: "A file, or FOLDER:NAME of a pipeline and one of its tables or sources.")
    var source: String

    @Option(help: "Read at most so many rows.")
    var rows: Int?

    @Option(help: "Of a table that is loaded by period, the one to read; default: the first.")
    var period: String?

    @Flag(help: "Print only the definition.")
    var yaml = false

    @OptionGroup var access: SourceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let rows, rows < 1 { throw ValidationError("`--rows \(rows)`: at least 1") }
        if yaml && output.json { throw ValidationError("`--yaml` and `--json`: choose one") }
    }

    func run() async throws {
        let origins = try await origins()
        if output.json { return try output.printJSON(origins.map(\.profile)) }
        if !yaml {
            for origin in origins {
                Output.print(ProfileView(origin.profile).text, terminator: "\n\n")
            }
            Output.print("A definition to start from:\n")
        }
        let name = SuggestedName.table(
            URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent,
            taken: []
        )
        Output.print(try PipelineDraft(name: name, origins: origins).yaml, terminator: "")
    }

    /// The address is not shown: it may hold a password.
    private static let address = CommandFailure(
        .usage,
        "`profile` takes no address of a database: name it under `sources` of a pipeline, as "
            + "`{ postgres: \"${CRM_URL}\" }`, with a query of a table, and write `FOLDER:NAME`"
    )

    private func origins() async throws -> [DraftOrigin] {
        if FileManager.default.fileExists(atPath: source) {
            return [try await FileOrigin(path: source).profiled(rows: rows)]
        }
        let colon = source.lastIndex(of: ":")
        let folder = colon.map { String(source[..<$0]) } ?? ""
        guard FileManager.default.fileExists(atPath: folder) || !Invocation.looksLikeAddress(source)
        else { throw Self.address }
        guard let colon else {
            throw CommandFailure(
                .badInput,
                "there is no file `\(source)`; for what a pipeline reads, write "
                    + "`FOLDER:NAME` of one of its tables or sources"
            )
        }
        return try await DefinedSource(
            folder: folder,
            name: String(source[source.index(after: colon)...]),
            period: period,
            sources: try access.sources()
        )
        .profiled(rows: rows)
    }
}
