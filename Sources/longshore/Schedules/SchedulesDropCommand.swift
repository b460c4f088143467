import ArgumentParser
import Console
import Ledger

/// `longshore schedules drop`: forgets a schedule.
struct SchedulesDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Forget the schedule of a pipeline; its firings stay in the ledger.",
        discussion: "Loads that were fired go on; firings that wait are not fired any more."
    )

    @OptionGroup var scheduled: ScheduledPipeline
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    private struct Dropped: Encodable {
        var pipeline: String
    }

    func run() async throws {
        let pipeline = scheduled.pipeline
        try await options.fleet().inForeground()
            .withLedger { try await $0.schedules.drop(pipeline, by: Requester.name) }
        guard !output.json else { return try output.printJSON(Dropped(pipeline: pipeline)) }
        Output.print("\(pipeline) has no schedule any more.")
    }
}
