import ArgumentParser
import Foundation
import Pipelines
import Planning
import Warehouse

/// Which periods a command is about.
struct LoadSelection: ParsableArguments {
    @Option(
        help: """
            Periods to load, again if need be: `2024-01`, `2024-01..2024-12`, or a list with commas. \
            Without it: all that the control table calls pending or stale.
            """
    )
    var periods: String?

    /// The periods, as the user or the control table says.
    func periods(of pipeline: Pipeline, in ledger: PostgresLedger) async throws -> [Period] {
        guard let rule = pipeline.periods else {
            guard periods == nil else {
                throw CommandFailure(
                    .usage,
                    "the pipeline `\(pipeline.name)` has no periods: leave `--periods` out"
                )
            }
            return []
        }
        if let periods { return try PeriodSelection.parse(periods, grain: rule.grain) }
        return PeriodSelection.due(
            rule,
            states: try await ledger.periodStates(ofSchema: pipeline.schema),
            today: Day(number: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down)))
        )
    }
}
