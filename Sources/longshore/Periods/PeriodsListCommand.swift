import ArgumentParser
import Console
import Planning
import Warehouse

/// `longshore periods list`: the control table.
struct PeriodsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "Show which periods of which facts are pending, loaded, stale, closed or awaited.",
        discussion: """
            Of a pipeline's name the definition of its newest load is meant; of its folder, the one \
            that is there. What a load would make otherwise now, by the definition or by the files, \
            is told as changed. Files of periods that nobody has asked for are named on standard error.
            """
    )

    @Argument(help: "A pipeline's name, or its folder; all pipelines without it.")
    var pipeline: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let listed = try await fleet.withLedger { ledger in
            try await ListedPeriods(of: pipeline, in: ledger, sources: fleet.sources)
        }
        guard !output.json else { return try output.printJSON(listed.reports) }
        if listed.reports.isEmpty {
            Output.print("The control table is empty. Start a load: longshore load PIPELINE")
        } else {
            Output.print(table(of: listed.reports).lines.joined(separator: "\n"))
        }
        for note in listed.notes { Output.note(note) }
    }

    private func table(of periods: [PeriodReport]) -> TextTable {
        var table = TextTable([
            ("pipeline", .left), ("table", .left), ("period", .left), ("state", .left),
            ("rows", .right), ("rejected", .right), ("load", .right), ("loaded (UTC)", .left),
            ("reason", .left),
        ])
        for period in ListedPeriods.shortened(periods) {
            table.add([
                period.pipeline, period.table, period.period, period.state.rawValue,
                period.rows.map(Wording.grouped) ?? "", period.rejected.map(Wording.grouped) ?? "",
                period.loadedBy.map(String.init) ?? "", Wording.time(period.loadedAt),
                reason(period),
            ])
        }
        return table
    }

    private func reason(_ period: PeriodReport) -> String {
        let changes =
            period.changes.isEmpty ? nil : "changed: \(period.changes.joined(separator: "; "))"
        let reason = [period.reason, changes].compactMap(\.self).joined(separator: "; ")
        guard let person = period.closedBy else { return reason }
        return reason.isEmpty ? "by \(person)" : "\(reason) (\(person))"
    }
}
