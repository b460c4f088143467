import ArgumentParser

/// `longshore rejects`: the rows that were refused.
struct RejectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Look at source rows that were refused by a rule; export, waive and replay them.",
        subcommands: [
            RejectsListCommand.self, RejectsShowCommand.self, RejectsExportCommand.self,
            RejectsWaiveCommand.self, RejectsReplayCommand.self, RejectsPruneCommand.self,
        ],
        defaultSubcommand: RejectsListCommand.self
    )
}
