import ArgumentParser
import Console
import Inquiry
import Ledger
import Pipelines
import Schedules
import Views

/// `longshore schedules put`: registers the schedule of a definition.
struct SchedulesPutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract:
            "Register the schedule of a definition, in place of the one that its pipeline has.",
        discussion: """
            The ledger keeps the definition with its SQL files and the values of its parameters: it is what \
            the schedule loads until it is put again. Coordinators need the folder only where its \
            sources lie in it.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let definition = try argument.read()
        let pipeline = definition.pipeline
        try Limits.refuseTooLong(in: pipeline)
        guard let schedule = pipeline.schedule else {
            throw CommandFailure(
                .badInput,
                "the definition of `\(pipeline.name)` has no schedule: write one, as in "
                    + "`schedule: { cron: \"0 2 * * *\" }`"
            )
        }
        let clock = try ScheduleClock(of: schedule)
        let report = try await options.startedFleet().inForeground()
            .withLedger { ledger in
                try await ledger.pipelines.refuseTablesOfOthers(of: pipeline)
                return try await ledger.schedules
                    .put(schedule, of: argument.request(definition, []), clock)
            }
        guard !output.json else { return try output.printJSON(report) }
        Output.print(SchedulesView([report], .current).registered)
    }
}
