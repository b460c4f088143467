import ArgumentParser

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
}
