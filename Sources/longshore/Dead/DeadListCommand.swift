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
        let entries = try await DeadDesk.looking(options) {
            try await $0.entries($0.swept())
        } whereNone: {
            []
        }
        guard !output.json else { return try output.printJSON(entries) }
        guard !entries.isEmpty else {
            Output.print("No dead letter.")
            return
        }
        Output.print(DeadLettersView(entries, .current).lines.joined(separator: "\n"))
    }
}
