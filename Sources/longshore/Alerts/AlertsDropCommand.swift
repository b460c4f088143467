import ArgumentParser
import Console
import Ledger

/// `longshore alerts drop`: forgets what `alerts put` has registered.
struct AlertsDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Forget the definition that `alerts put` has registered for a pipeline."
    )

    @Argument(help: "The pipeline's name.")
    var pipeline: String

    @OptionGroup var options: FleetOptions

    func run() async throws {
        let wasThere = try await options.fleet().inForeground()
            .withLedger { ledger in try await ledger.alerts.drop(pipeline) }
        guard wasThere else {
            throw CommandFailure(
                .usage,
                "nothing was put for the pipeline `\(pipeline)`: its alerts are those of its last load or its "
                    + "schedule"
            )
        }
        Output.print("What was put for the alerts of \(pipeline) is forgotten.")
    }
}
