import ArgumentParser
import Console
import Inquiry
import Ledger
import Schedules
import Words

/// `longshore schedules resume`: ends a pause.
struct SchedulesResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a schedule that was paused go on from now.",
        discussion: """
            What would have been fired during the pause is not; `longshore schedules run` fires once.
            """
    )

    @OptionGroup var scheduled: ScheduledPipeline
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let pipeline = scheduled.pipeline
        let (isNew, report) = try await scheduled.change(options) { desk in
            let clock = try ScheduleClock(of: await desk.schedule(of: pipeline))
            return try await desk.resume(pipeline, clock)
        }
        guard !output.json else { return try output.printJSON(report) }
        let next = "next \(Wording.time(report.next)) UTC"
        Output.print(
            isNew
                ? "The schedule of \(pipeline) goes on: \(next)."
                : "The schedule of \(pipeline) is not paused: \(next)."
        )
    }
}
