import ArgumentParser
import Console
import Ledger
import Views

/// `longshore rejects show`: one refused row and everything that is known of it.
struct RejectsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a refused row as it was read, and everything that is known of it."
    )

    @Argument(help: "The reject's number, as `rejects list` shows it.")
    var reject: Int64

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var filter = RejectFilter()
        filter.rejects = [reject]
        filter.onlyOpen = false
        let found = try await options.fleet()
            .readingLedger {
                try await $0.rejects.rows(filter, limit: 1).first
            } whereNone: {
                nil
            }
        guard let found else {
            throw CommandFailure(
                .usage,
                "there is no reject `\(reject)`: `longshore rejects list --all` lists them"
            )
        }
        if output.json { return try output.printJSON(RejectView(found).forMachines) }
        Output.print(RejectView(found).lines.joined(separator: "\n"))
    }
}
