import ArgumentParser
import Console
import Ledger
import Views

/// `longshore actions`: what people have done.
struct ActionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "What people have done to loads, periods, rejects, exports and schedules.",
        subcommands: [ActionsListCommand.self],
        defaultSubcommand: ActionsListCommand.self
    )
}

/// `longshore actions list`: the newest of them.
struct ActionsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who did what, when and why, the newest first.",
        discussion: """
            The ledger writes an action down with what it changes, whether it comes from a command or from the console. \
            A command is its user's and host's, or what LONGSHORE_ACTOR says; the login at Postgres is kept beside it.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Only what was done to this: `load 7`, `pipeline callcenter`, `callcenter 2024-01`.",
            valueName: "what"
        )
    )
    var of: String?

    @Option(help: "How many to show.", transform: atLeastOne)
    var limit = 50

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let actions = try await options.fleet()
            .readingLedger {
                try await $0.actions.newest(ofTarget: of, limit: limit)
            } whereNone: {
                []
            }
        if output.json { return try output.printJSON(actions) }
        let lines = ActionsView(actions, isLimited: actions.count == limit).lines
        Output.print(lines.joined(separator: "\n"))
    }
}
