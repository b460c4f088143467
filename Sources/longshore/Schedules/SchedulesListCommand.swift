import ArgumentParser
import Console
import Ledger
import Views

/// `longshore schedules list`: the schedules, or the firings of one.
struct SchedulesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the schedules and how they stand, or the newest firings of one.",
        discussion: """
            A schedule is overdue when the deadline of a firing has passed and neither its load nor a later \
            one has brought all that was due.
            """
    )

    @Argument(help: "A pipeline's name: show its firings.")
    var pipeline: String?

    @Option(help: "How many firings to show.", transform: atLeastOne)
    var limit = 20

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet().inForeground()
        try await fleet.readingLedger { ledger in
            if let pipeline {
                try await show(ledger.schedules, pipeline)
            } else {
                try show(await ledger.schedules.reports())
            }
        } whereNone: {
            if let pipeline { throw LedgerError.unknownSchedule(pipeline) }
            try show([])
        }
    }

    private func show(_ reports: [ScheduleReport]) throws {
        guard !output.json else { return try output.printJSON(reports) }
        for line in SchedulesView(reports, .current).lines { Output.print(line) }
    }

    private func show(_ schedules: ScheduleDesk, _ pipeline: String) async throws {
        let firings = try await schedules.firings(ofPipeline: pipeline, limit: limit)
        // Of a schedule that was dropped there are firings still.
        if firings.isEmpty { _ = try await schedules.report(of: pipeline) }
        guard !output.json else { return try output.printJSON(firings) }
        for line in FiringsView(firings, of: pipeline).lines { Output.print(line) }
    }
}
