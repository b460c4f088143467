import ArgumentParser
import Console
import Messaging
import Views

/// `longshore dead show`: all that is known of some dead letters.
struct DeadShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a dead letter, and what to do."
    )

    @OptionGroup var selection: DeadSelection
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (read, entries) = try await DeadDesk.looking(options) {
            desk -> (DeadLetterHead, [DeadEntry]) in
            let read = try await desk.swept()
            return (read, try await desk.entries(read.letters.filter(selection.contains)))
        } whereNone: {
            (DeadLetterHead([], of: 0), [])
        }
        if output.json {
            try output.printJSON(entries)
        } else if read.letters.isEmpty, selection.all {
            Output.print("No dead letter.")
        } else if !entries.isEmpty {
            Output.print(DeadLettersView(entries, .current).details)
        }
        try selection.tellRest(
            behind: read,
            next: "those behind them are shown once these are gone"
        )
    }
}
