import ArgumentParser
import Console
import Inquiry
import Ledger
import Pipelines

/// `longshore alerts put`: has the alerts of a definition hold before anything is loaded by it.
struct AlertsPutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Have the alerts of a definition hold although nothing is loaded by it yet.",
        discussion: """
            The alerts of a pipeline are those of the definition that was put last, here or as its schedule; \
            where none was, those of its last load. So this is needed only where a pipeline without a \
            schedule is to be missed that nobody has ever loaded.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var options: FleetOptions

    func run() async throws {
        let definition = try argument.read()
        let pipeline = definition.pipeline
        guard !pipeline.alerts.isEmpty else { throw CommandFailure.noAlerts(in: pipeline) }
        try await options.startedFleet().inForeground()
            .withLedger { ledger in
                try await ledger.pipelines.refuseTablesOfOthers(of: pipeline)
                try await ledger.alerts.put(argument.request(definition, []))
            }
        Output.print("The alerts of \(pipeline.name) hold.")
    }
}
