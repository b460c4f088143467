import ArgumentParser

/// `longshore alerts`: what is wrong with pipelines, and who is told.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show what is wrong with pipelines and who was told, and try who would be.",
        subcommands: [
            AlertsListCommand.self, AlertsTestCommand.self, AlertsPutCommand.self,
            AlertsDropCommand.self,
        ],
        defaultSubcommand: AlertsListCommand.self
    )
}
