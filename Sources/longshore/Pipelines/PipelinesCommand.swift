import ArgumentParser

/// `longshore pipelines`: the pipelines that the ledger knows.
struct PipelinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipelines",
        abstract: "Change what the ledger knows of whole pipelines.",
        subcommands: [PipelinesRenameCommand.self]
    )
}
