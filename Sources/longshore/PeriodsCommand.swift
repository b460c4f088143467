import ArgumentParser
import Console
import Warehouse

/// `longshore periods`: the control table.
struct PeriodsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "periods",
        abstract: "Show which periods of which facts are pending, loaded, stale or closed."
    )

    @Argument(help: "A pipeline's name; all without it.")
    var pipeline: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let ledger = PostgresLedger(try await options.fleet().postgres)
        let periods = try await ledger.periods(ofPipeline: pipeline)
        await ledger.close()
        if output.json {
            try output.printJSON(periods)
            return
        }
        guard !periods.isEmpty else {
            print("The control table is empty. Start a load: longshore load PIPELINE")
            return
        }
        var table = TextTable([
            ("pipeline", .left), ("table", .left), ("period", .left), ("state", .left),
            ("rows", .right), ("rejected", .right), ("load", .right), ("loaded (UTC)", .left),
        ])
        for period in periods {
            table.add([
                period.pipeline, period.table, period.period, period.state,
                period.rows.map(Wording.grouped) ?? "", period.rejected.map(Wording.grouped) ?? "",
                period.loadedBy.map(String.init) ?? "", period.loadedAt ?? "",
            ])
        }
        print(table.lines.joined(separator: "\n"))
    }
}
