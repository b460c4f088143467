import ArgumentParser

/// `longshore exports`: what is delivered to somewhere outside of the warehouse.
struct ExportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exports",
        abstract: "Look at what exports deliver; deliver it again, or drop it.",
        subcommands: [
            ExportsListCommand.self, ExportsShowCommand.self, ExportsRetryCommand.self,
            ExportsDropCommand.self,
        ],
        defaultSubcommand: ExportsListCommand.self
    )
}
