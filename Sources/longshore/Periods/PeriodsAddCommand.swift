import ArgumentParser
import Ledger

/// `longshore periods add`: register periods as pending.
struct PeriodsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register periods as pending, so that the next load takes them.",
        discussion: """
            Periods of the definition's span are pending by themselves once they have ended; this is \
            for others, such as the one that is still running, or one before the start.
            """
    )

    @OptionGroup var chosen: ChosenPeriods
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let changes = try await chosen.change(at: options) { desk, periods, pipeline in
            try await desk.add(periods, of: pipeline)
        }
        try output.printChanges(changes, otherwise: "All of these periods are registered already.")
    }
}
