import ArgumentParser
import Console
import Ledger

/// `longshore schedules pause`: nothing is fired any more.
struct SchedulesPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Hold the schedule of a pipeline up: nothing is fired until it is resumed.",
        discussion: "Loads that were fired go on; `longshore pause` holds those up."
    )

    @OptionGroup var scheduled: ScheduledPipeline

    @Option(help: "Why; `longshore schedules list` tells it.")
    var reason: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let pipeline = scheduled.pipeline
        let (isNew, report) = try await scheduled.change(options) { desk in
            try await desk.pause(pipeline, reason: reason, by: Requester.name)
        }
        guard !output.json else { return try output.printJSON(report) }
        Output.print(
            isNew
                ? "The schedule of \(pipeline) is paused. Go on with: longshore schedules resume "
                    + pipeline
                : "The schedule of \(pipeline) is paused already, by \(report.pausedBy ?? "somebody")."
        )
    }
}
