import ArgumentParser
import Console
import Warehouse

/// `longshore periods list`: the control table.
struct PeriodsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show which periods of which facts are pending, loaded, stale or closed."
    )

    @Argument(help: "A pipeline's name; all without it.")
    var pipeline: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let ledger = PostgresLedger(try await options.fleet().postgres)
        if let pipeline { try await ledger.requirePipeline(pipeline) }
        let periods = try await ledger.periods(ofPipeline: pipeline)
        await ledger.close()
        if output.json {
            try output.printJSON(periods)
            return
        }
        guard !periods.isEmpty else {
            Output.print("The control table is empty. Start a load: longshore load PIPELINE")
            return
        }
        var table = TextTable([
            ("pipeline", .left), ("table", .left), ("period", .left), ("state", .left),
            ("rows", .right), ("rejected", .right), ("load", .right), ("loaded (UTC)", .left),
            ("reason", .left),
        ])
        for period in periods {
            table.add([
                period.pipeline, period.table, period.period, period.state,
                period.rows.map(Wording.grouped) ?? "", period.rejected.map(Wording.grouped) ?? "",
                period.loadedBy.map(String.init) ?? "", Wording.time(period.loadedAt),
                reason(period),
            ])
        }
        Output.print(table.lines.joined(separator: "\n"))
    }

    private func reason(_ period: PeriodReport) -> String {
        let reason = period.reason ?? ""
        guard let person = period.closedBy else { return reason }
        return reason.isEmpty ? "by \(person)" : "\(reason) (\(person))"
    }
}
