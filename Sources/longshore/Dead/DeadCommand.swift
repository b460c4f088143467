import ArgumentParser
import Messaging
import Words

/// `longshore dead`: messages that were set aside for people.
struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "List, show, replay and drop what was set aside.",
        discussion: """
            Set aside are tasks that failed for good, tasks whose workers died again and again, and \
            messages that are none. A letter whose task is done since, or whose period a newer load \
            has loaded, is taken away when a load ends, and when the letters are listed. At most \
            \(grouped(DeadLetters.most)) letters are looked at, the oldest first: those behind them follow once \
            these are gone.
            """,
        subcommands: [
            DeadListCommand.self, DeadShowCommand.self, DeadReplayCommand.self,
            DeadDropCommand.self,
        ],
        defaultSubcommand: DeadListCommand.self
    )
}
