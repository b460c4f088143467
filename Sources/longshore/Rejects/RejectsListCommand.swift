import ArgumentParser
import Console
import Warehouse

/// `longshore rejects list`: refused rows, a line each.
struct RejectsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List rejects with their file, line, rule and reason."
    )

    @Argument(help: ArgumentHelp("A pipeline's name; all without it.", valueName: "pipeline"))
    var name: String?

    @OptionGroup var selection: RejectSelection

    @Flag(help: "Also those that are fixed, waived or superseded by a later load.")
    var all = false

    @Option(help: "How many to show.")
    var limit = 50

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("`--limit` must be at least 1") }
    }

    func run() async throws {
        var filter = selection.filter
        filter.pipeline = name ?? filter.pipeline
        filter.onlyOpen = !all
        let ledger = PostgresLedger(try await options.fleet().postgres)
        let rejects = try await ledger.rejects(filter, limit: limit)
        await ledger.close()
        if output.json {
            try output.printJSON(rejects)
            return
        }
        guard !rejects.isEmpty else {
            print("No reject.")
            return
        }
        print(table(of: rejects).lines.joined(separator: "\n"))
        if rejects.count == limit {
            print("(the first \(limit); `--limit` shows more, `--json` shows all fields)")
        }
    }

    private func table(of rejects: [RejectReport]) -> TextTable {
        var table = TextTable(
            [("reject", .right)] + (all ? [("state", .left)] : []) + [
                ("table", .left), ("source", .left), ("line", .right), ("column", .left),
                ("rule", .left), ("reason", .left),
            ]
        )
        for reject in rejects {
            table.add(
                [String(reject.reject)] + (all ? [reject.state] : []) + [
                    reject.table, reject.source, String(reject.line), reject.column ?? "",
                    reject.rule, reject.reason,
                ]
            )
        }
        return table
    }
}
