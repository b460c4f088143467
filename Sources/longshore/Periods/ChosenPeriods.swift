import ArgumentParser
import Console
import Foundation
import Ledger
import Pipelines
import Planning
import Views

/// A pipeline and some of its periods: what `periods add`, `close` and `reopen` are about.
struct ChosenPeriods: ParsableArguments {
    @Argument(help: "The name of a pipeline that has been loaded, or a pipeline's folder.")
    var pipeline: String

    @Argument(help: "Periods: `2024-01`, `2024-01..2024-12`, or a list with commas.")
    var periods: String

    /// Changes these periods in the ledger of a fleet.
    func change(
        at options: FleetOptions,
        _ change: (PeriodDesk, [Period], Pipeline) async throws -> [PeriodChange]
    ) async throws -> [PeriodChange] {
        try await options.fleet()
            .withLedger { ledger in
                let (pipeline, periods) = try await read(among: ledger.pipelines)
                return try await change(ledger.periods, periods, pipeline)
            }
    }

    /// Finds the pipeline's definition and reads the periods by its grain.
    private func read(among known: PipelineDesk) async throws -> (Pipeline, [Period]) {
        let found = try await definition(among: known)
        guard let rule = found.periods else {
            throw CommandFailure(.usage, "the pipeline `\(found.name)` has no periods")
        }
        return (found, try PeriodSelection.parse(periods, grain: rule.grain))
    }

    private func definition(among known: PipelineDesk) async throws -> Pipeline {
        if let found = try await known.newestDefinition(ofPipeline: pipeline) { return found }
        guard FileManager.default.fileExists(atPath: pipeline + "/pipeline.yaml") else {
            throw try await CommandFailure.unknownPipeline(pipeline, among: known)
        }
        var folder = PipelineArgument()
        folder.pipeline = pipeline
        folder.settings = []
        return try folder.read().pipeline
    }
}

extension OutputOptions {
    /// Prints what was changed in the control table, or that nothing was.
    func printChanges(_ changes: [PeriodChange], otherwise nothing: String) throws {
        if json { return try printJSON(changes) }
        guard !changes.isEmpty else { return Output.print(nothing) }
        Output.print(PeriodsView.lines(of: changes).joined(separator: "\n"))
    }
}
