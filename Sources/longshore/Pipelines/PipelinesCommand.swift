import ArgumentParser

/// `longshore pipelines`: changes what the ledger knows of whole pipelines.
struct PipelinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipelines",
        abstract: "Change what the ledger knows of whole pipelines.",
        subcommands: [PipelinesRenameCommand.self]
    )
}
