import ArgumentParser
import Ledger

/// `longshore periods close`: periods that no load may touch any more.
struct PeriodsCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Close periods: no load touches their facts and marts until they are reopened.",
        discussion: """
            A load that names a closed period is refused with the reason; one that names none leaves \
            it out. A period that a running load has claimed cannot be closed.
            """
    )

    @OptionGroup var chosen: ChosenPeriods

    @Option(help: "Why, for those who want to load it.")
    var reason: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let changes = try await chosen.change(at: options) { desk, periods, pipeline in
            try await desk.close(
                periods,
                of: pipeline,
                reason: reason,
                by: Requester.name
            )
        }
        try output.printChanges(changes, otherwise: "All of these periods are closed already.")
    }
}
