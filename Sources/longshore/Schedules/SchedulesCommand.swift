import ArgumentParser
import Ledger

/// `longshore schedules`: when pipelines are loaded without being asked for.
struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract:
            "Register the schedules of pipelines, hold them up, fire them and see what came of it.",
        subcommands: [
            SchedulesListCommand.self, SchedulesNextCommand.self, SchedulesPutCommand.self,
            SchedulesPauseCommand.self, SchedulesResumeCommand.self, SchedulesRunCommand.self,
            SchedulesDropCommand.self,
        ],
        defaultSubcommand: SchedulesListCommand.self
    )
}

/// The pipeline whose schedule a command is about.
struct ScheduledPipeline: ParsableArguments {
    @Argument(help: "The pipeline's name.")
    var pipeline: String

    /// Changes its schedule; says whether that was news, and how the schedule stands then.
    func change(
        _ options: FleetOptions,
        _ body: (ScheduleDesk) async throws -> Bool
    ) async throws -> (isNew: Bool, report: ScheduleReport) {
        try await options.fleet().inForeground()
            .withLedger { ledger in
                (try await body(ledger.schedules), try await ledger.schedules.report(of: pipeline))
            }
    }
}
