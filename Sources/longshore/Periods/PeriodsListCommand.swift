import ArgumentParser
import Console
import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Views

/// `longshore periods list`: the control table.
struct PeriodsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "Show which periods of which facts are pending, loaded, stale, closed or awaited.",
        discussion: """
            Of a pipeline's name the definition of its newest load is meant; of its folder, the one \
            that is there. What a load would make otherwise now, by the definition or by the files, \
            is told as changed. Files of periods that nobody has asked for are named on standard error.
            """
    )

    @Argument(help: "A pipeline's name, or its folder; all pipelines without it.")
    var pipeline: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let listed = try await fleet.readingLedger { ledger in
            try await periods(in: ledger, fleet.sources)
        } whereNone: {
            try await periods(in: nil, fleet.sources)
        }
        guard !output.json else { return try output.printJSON(listed.reports) }
        if listed.reports.isEmpty {
            Output.print("The control table is empty. Start a load: longshore load PIPELINE")
        } else {
            Output.print(PeriodsView(listed.reports).lines.joined(separator: "\n"))
        }
        for note in listed.notes { Output.note(note) }
    }

    private func periods(
        in ledger: LedgerDesks?,
        _ sources: SourceEnvironment
    ) async throws -> ListedPeriods {
        guard let pipeline, FileManager.default.fileExists(atPath: pipeline + "/pipeline.yaml")
        else {
            return try await ListedPeriods(
                ofPipeline: pipeline,
                by: Requester.name,
                in: ledger,
                sources: sources
            )
        }
        return try await ListedPeriods(
            of: PipelineArgument.read(pipeline, parameters: [:]).pipeline,
            folder: PipelineArgument.folder(of: pipeline),
            in: ledger,
            sources: sources
        )
    }
}
