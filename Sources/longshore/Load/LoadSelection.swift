import ArgumentParser
import Console
import Extraction
import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema
import Views

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
        in ledger: LedgerDesks
    ) async throws -> Due {
        try await DueSurvey(
            pipeline,
            folder: folder,
            today: pipeline.today(),
            environment: sources
        )
        .look(in: ledger)
    }

    /// What is chosen: by the user, or by what is due.
    func choice(of pipeline: Pipeline, _ due: Due) throws -> LoadChoice {
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
        if isDefault { return try due.choice(of: pipeline) }
        let chosen = stale ? due.stale : due.changedPeriods(grain: rule.grain)
        if !chosen.isEmpty { return .periods(chosen) }
        return changed && due.isWholeChanged ? .whole : .nothing
    }

    /// The words of what is due, for who asked with these options.
    func view(_ due: Due, of pipeline: Pipeline) -> DueView {
        let question: DueView.Question =
            stale ? .stale : changed ? .changed : isDefault ? .due : .named
        return DueView(due, of: pipeline, question: question, .current)
    }
}
