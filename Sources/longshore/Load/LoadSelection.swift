import ArgumentParser
import Console
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

    @Flag(help: "Only periods that the control table calls stale.")
    var stale = false

    func validate() throws {
        if stale, periods != nil {
            throw ValidationError("`--stale` chooses the periods: leave `--periods` out")
        }
    }

    /// Whether nothing is to be loaded: no period is due, and nothing is lost that comes back with any
    /// load.
    func isNothing(_ periods: [Period], of pipeline: Pipeline, _ losses: LossReport) -> Bool {
        pipeline.periods != nil && periods.isEmpty && (stale || !losses.hasWholeTables)
    }

    /// Says what people have taken away from the warehouse by hand.
    static func tell(_ losses: LossReport) {
        for notice in losses.notices { Output.note("noticed: \(notice)") }
    }

    /// Why there is nothing to load.
    func nothing(of pipeline: Pipeline) -> String {
        stale
            ? "No period of \(pipeline.name) is stale."
            : "Nothing is due: every period of \(pipeline.name) is loaded or closed."
    }

    /// What is not as it should be although nothing is due: loads that are not over, and tables without
    /// periods that are behind what they read.
    func hints(of pipeline: Pipeline, in ledger: PostgresLedger) async throws -> [String] {
        let loads = try await ledger.unfinishedLoads(ofPipeline: pipeline.name)
            .map { $0.hindrance ?? "\($0.kind) \($0.load) is running: longshore status \($0.load)" }
            .map { $0 + Invocation.stack }
        let tables = try await ledger.periods(ofPipeline: pipeline.name)
            .filter { $0.period.isEmpty && $0.state != "loaded" }
            .map { "`\($0.table)` is \($0.state)\($0.reason.map { ": \($0)" } ?? "")" }
        return loads + tables
    }

    /// The periods, as the user or the control table says.
    func periods(of pipeline: Pipeline, in ledger: PostgresLedger) async throws -> [Period] {
        guard let rule = pipeline.periods else {
            guard periods == nil, !stale else {
                throw CommandFailure(
                    .usage,
                    "the pipeline `\(pipeline.name)` has no periods: "
                        + "leave `\(stale ? "--stale" : "--periods")` out"
                )
            }
            return []
        }
        let states = try await ledger.periodStates(of: pipeline)
        if let periods {
            let named = try PeriodSelection.parse(periods, grain: rule.grain)
            let registered = states.values.reduce(into: Set()) { $0.formUnion($1) }
            try PeriodSelection.check(named, of: rule, registered: registered)
            return named
        }
        if stale { return PeriodSelection.stale(grain: rule.grain, states: states) }
        return PeriodSelection.due(
            rule,
            states: states,
            today: Day(number: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down)))
        )
    }
}
