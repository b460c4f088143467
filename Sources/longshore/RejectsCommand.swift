import ArgumentParser
import Console
import Warehouse

/// `longshore rejects`: the rows that were refused.
struct RejectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Look at source rows that were refused by a rule.",
        subcommands: [List.self],
        defaultSubcommand: List.self
    )

    /// `longshore rejects list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List rejects with their file, line, rule and reason."
        )

        @Argument(help: "A pipeline's name; all without it.")
        var pipeline: String?

        @Option(help: "Only those of this load.")
        var load: Int64?

        @Flag(help: "Also those that are fixed, waived or superseded by a later load.")
        var all = false

        @Option(help: "How many to show.")
        var limit = 50

        @OptionGroup var options: FleetOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let ledger = PostgresLedger(try await options.fleet().postgres)
            let rejects = try await ledger.rejects(
                ofPipeline: pipeline,
                load: load,
                all: all,
                limit: limit
            )
            await ledger.close()
            if output.json {
                try output.printJSON(rejects)
                return
            }
            guard !rejects.isEmpty else {
                print("No reject.")
                return
            }
            var table = TextTable([
                ("table", .left), ("source", .left), ("line", .right), ("column", .left),
                ("rule", .left), ("reason", .left),
            ])
            for reject in rejects {
                table.add([
                    reject.table, reject.source, String(reject.line), reject.column ?? "",
                    reject.rule, reject.reason,
                ])
            }
            print(table.lines.joined(separator: "\n"))
            if rejects.count == limit {
                print("(the first \(limit); `--limit` shows more, `--json` shows all fields)")
            }
        }
    }
}
