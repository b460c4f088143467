import ArgumentParser
import Console
import Ledger
import Planning
import Views

/// `longshore status`: the loads and who works, or the tasks of one load.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the newest loads, coordinators and workers, or the tasks of one load."
    )

    @Argument(help: "A load's number: show its tasks.")
    var load: Int64?

    @Option(help: "How many loads to show.", transform: atLeastOne)
    var limit = 10

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet().inForeground()
        try await fleet.readingLedger { ledger in
            if let load {
                try await showTasks(of: load, in: ledger)
            } else {
                try await show(FleetStatus.asked(of: fleet, ledger, limit: limit))
            }
        } whereNone: {
            if let load { throw UnknownLoad(load) }
            try await show(FleetStatus.asked(ofUnused: fleet))
        }
    }

    private func show(_ status: FleetStatus) throws {
        guard !output.json else { return try output.printJSON(status) }
        Output.print(StatusView(status, .current).lines.joined(separator: "\n"))
    }

    private func showTasks(of load: Int64, in ledger: LedgerDesks) async throws {
        guard let report = try await ledger.loads.report(ofLoad: load) else {
            throw UnknownLoad(load)
        }
        let tasks = try await ledger.tasks.reports(ofLoad: load)
        if output.json {
            try output.printJSON(tasks)
            return
        }
        let graph = try await unlessUnreadable({ try await ledger.coordination.load(load)?.graph() }
        )
        Output.print(LoadSummary(report, tasks, graph, .current).lines.joined(separator: "\n"))
    }
}
