import ArgumentParser
import Ledger

/// `longshore periods reopen`: closed periods may be loaded again.
struct PeriodsReopenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Open closed periods again; each is what it was before: loaded, stale, pending.",
        aliases: ["open"]
    )

    @OptionGroup var chosen: ChosenPeriods
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let changes = try await chosen.change(at: options) { desk, periods, pipeline in
            try await desk.reopen(periods, of: pipeline)
        }
        try output.printChanges(changes, otherwise: "None of these periods is closed.")
    }
}
