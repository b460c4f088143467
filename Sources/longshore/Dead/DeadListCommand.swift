import ArgumentParser
import Console
import Messaging
import Views

/// `longshore dead list`: a line for each dead letter.
struct DeadListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what was set aside, with the ledger's word on each task."
    )

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (read, entries) = try await DeadDesk.looking(options) {
            desk -> (DeadLetterHead, [DeadEntry]) in
            let read = try await desk.swept()
            return (read, try await desk.entries(read.letters))
        } whereNone: {
            (DeadLetterHead([], of: 0), [])
        }
        if output.json {
            try output.printJSON(entries)
        } else if entries.isEmpty {
            Output.print("No dead letter.")
        } else {
            Output.print(DeadLettersView(entries, .current).lines.joined(separator: "\n"))
        }
        guard let part = read.part else { return }
        Output.note("note: this is \(part); those behind them are listed once these are gone")
    }
}
