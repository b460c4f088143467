import ArgumentParser
import Console
import Ledger
import Views

/// `longshore alerts list`: the alerts that stand.
struct AlertsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the alerts that stand, and whom they were told."
    )

    @Argument(help: "A pipeline's name: show its alerts only.")
    var pipeline: String?

    @Flag(help: "Show alerts that are over, too; they are kept for 100 days.")
    var all = false

    @Option(help: "How many alerts to show, newest first.", transform: atLeastOne)
    var limit = 100

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reports = try await options.fleet().inForeground()
            .readingLedger { ledger in
                try await ledger.alerts.reports(ofPipeline: pipeline, all: all, limit: limit)
            } whereNone: {
                []
            }
        guard !output.json else { return try output.printJSON(reports) }
        for line in AlertsView(reports, all: all).lines { Output.print(line) }
    }
}
