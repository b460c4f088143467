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
        let (letters, entries) = try await DeadDesk.looking(options) {
            desk -> ([DeadLetter], [DeadEntry]) in
            let letters = try await desk.swept()
            return (letters, try await desk.entries(letters.filter(selection.contains)))
        } whereNone: {
            ([], [])
        }
        if output.json {
            try output.printJSON(entries)
        } else if letters.isEmpty, selection.all {
            Output.print("No dead letter.")
        } else if !entries.isEmpty {
            Output.print(DeadLettersView(entries, .current).details)
        }
        try selection.refuseOthers(than: letters)
    }
}
