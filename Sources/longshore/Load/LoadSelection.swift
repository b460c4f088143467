import ArgumentParser
import Console
import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema

/// Which periods a command is about.
struct LoadSelection: ParsableArguments {
    @Option(
        help: """
            Periods to load, again if need be: `2024-01`, `2024-01..2024-12`, or a list with commas. \
            Without it: all that are pending or stale, and whose files are there.
            """
    )
    var periods: String?

    @Flag(help: "Only periods that the control table calls stale.")
    var stale = false

    @Flag(help: "Only what a changed definition or a changed file would load otherwise now.")
    var changed = false

    @Flag(help: "No period: dimensions, and what else is loaded whole.")
    var dimensions = false

    /// What a load is about.
    enum Choice {
        /// These periods, and all that is loaded whole.
        case periods([Period])
        /// What is loaded whole.
        case whole
        /// Nothing.
        case nothing

        /// The periods.
        var periods: [Period] {
            if case .periods(let periods) = self { periods } else { [] }
        }
    }

    /// The option that chooses, when it is not `--periods`.
    private var flag: String? {
        stale ? "--stale" : changed ? "--changed" : dimensions ? "--dimensions" : nil
    }

    /// Whether nobody says what is to be loaded.
    var isDefault: Bool { periods == nil && flag == nil }

    /// Refuses the option that chooses beside something else that does.
    func refuse(beside other: String) throws {
        guard let flag else { return }
        throw ValidationError("\(other): leave `\(flag)` out")
    }

    func validate() throws {
        guard [stale, changed, dimensions].filter(\.self).count < 2 else {
            throw ValidationError(
                "of `--stale`, `--changed` and `--dimensions` each chooses for itself: give one"
            )
        }
        guard periods != nil, let flag else { return }
        throw ValidationError("`\(flag)` chooses the periods: leave `--periods` out")
    }

    /// Looks at the ledger, the definition and the files.
    func survey(
        of pipeline: Pipeline,
        folder: String,
        sources: SourceEnvironment,
        in ledger: PostgresLedger
    ) async throws -> Due {
        try await DueSurvey(
            pipeline,
            folder: folder,
            today: Self.today(of: pipeline),
            environment: sources
        )
        .look(in: ledger)
    }

    /// The day that it is for every fact of a pipeline.
    static func today(of pipeline: Pipeline) throws -> Day {
        try pipeline.today(at: Int(Date().timeIntervalSince1970))
    }

    /// What is chosen: by the user, or by what is due.
    func choice(of pipeline: Pipeline, _ due: Due) throws -> Choice {
        guard let rule = pipeline.periods else {
            if changed { return due.changes.isEmpty ? .nothing : .whole }
            guard periods == nil, !stale else {
                throw CommandFailure(
                    .usage,
                    "the pipeline `\(pipeline.name)` has no periods: "
                        + "leave `\(flag ?? "--periods")` out"
                )
            }
            return .whole
        }
        if dimensions { return .whole }
        if let periods {
            let named = try PeriodSelection.parse(periods, grain: rule.grain)
            try PeriodSelection.check(named, of: rule, registered: due.registered)
            return .periods(named)
        }
        if isDefault, let refusal = due.refusal { throw refusal }
        let chosen =
            stale
            ? due.stale : changed ? due.changedPeriods(grain: rule.grain) : due.periods
        if !chosen.isEmpty { return .periods(chosen) }
        let isWhole =
            changed
            ? due.isWholeChanged
            : !stale && (!pipeline.hasTablesByPeriod || due.hasLostWholeTables)
        return isWhole ? .whole : .nothing
    }

    // MARK: Words

    /// Why there is nothing to load.
    func nothing(of pipeline: Pipeline, _ due: Due) -> String {
        if stale { return "No period of \(pipeline.name) is stale." }
        if changed { return "Nothing of \(pipeline.name) has changed since it was loaded." }
        let states = due.awaited.isEmpty ? "loaded or closed" : "loaded, closed or awaited"
        return "Nothing is due: every period of \(pipeline.name) is \(states)."
    }

    /// What is not as a load would make it, apart from what is loaded now, and how to load it.
    func notes(of pipeline: Pipeline, _ due: Due, _ choice: Choice, command: String) -> [String] {
        let isNothing = if case .nothing = choice { true } else { false }
        let chosen = isNothing ? nil : Set(choice.periods.map(\.label))
        let notes = due.notes(
            apartFrom: chosen,
            grain: pipeline.periods?.grain,
            hasAwaited: isDefault
        )
        guard !changed, due.hasChanged(apartFrom: chosen) else { return notes }
        let invocation = Invocation.current
        let options = invocation.settings + invocation.reading + invocation.stack
        return notes + ["load what has changed: \(command) --changed\(options)"]
    }

    /// What is not as it should be although nothing is due: loads that are not over, and tables without
    /// periods that are behind what they read.
    func hints(of pipeline: Pipeline, in ledger: PostgresLedger) async throws -> [String] {
        let loads = try await ledger.unfinishedLoads(ofPipeline: pipeline.name)
            .map { load in
                let running = "\(load.kind.rawValue) \(load.load) is running: "
                return (load.hindrance ?? "\(running)longshore status \(load.load)")
                    + Invocation.current.stack
            }
        let tables = try await ledger.periods(ofPipeline: pipeline.name)
            .filter { $0.period.isEmpty && $0.state != .loaded }
            .map { "`\($0.table)` is \($0.state)\($0.reason.map { ": \($0)" } ?? "")" }
        return loads + tables
    }
}

extension Pipeline {
    /// Whether any table is loaded by period.
    fileprivate var hasTablesByPeriod: Bool {
        facts.contains { $0.periodColumn != nil } || marts.contains(where: \.isPerPeriod)
    }
}
