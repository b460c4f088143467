import ArgumentParser

/// `longshore periods`: the control table, and what people change in it.
struct PeriodsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "periods",
        abstract: "Show, register, close and open the periods of facts.",
        subcommands: [
            PeriodsListCommand.self, PeriodsAddCommand.self, PeriodsCloseCommand.self,
            PeriodsReopenCommand.self,
        ],
        defaultSubcommand: PeriodsListCommand.self
    )
}
