import ArgumentParser
import Console
import Ledger

/// `longshore schedules run`: fires a schedule by hand.
struct SchedulesRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Have the schedule of a pipeline fired now, also while it is paused.",
        discussion: """
            A coordinator fires it within some seconds, as if its time had come: while a load of the pipeline \
            runs, `overlap` holds.
            """
    )

    @OptionGroup var scheduled: ScheduledPipeline
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    private struct Written: Encodable {
        var pipeline: String
        var firing: Int64
    }

    func run() async throws {
        let pipeline = scheduled.pipeline
        let firing = try await options.fleet().inForeground()
            .withLedger { try await $0.schedules.run(pipeline, by: Requester.name) }
        guard !output.json else {
            return try output.printJSON(Written(pipeline: pipeline, firing: firing))
        }
        Output.print(
            "Firing \(firing) of \(pipeline) is written; see what comes of it with: "
                + "longshore schedules list \(pipeline)\(Invocation.current.stack)"
        )
    }
}
