import ArgumentParser
import Console
import Dashboards
import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Survey
import Views
import Words

/// `longshore check`: everything that is wrong with a definition, at once; and with its sources, when
/// asked.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every problem of a pipeline's definition, with file, line and column.",
        discussion: """
            With `--sources` every source is opened too: columns are compared with the definition, \
            and a sample of rows goes through all cleaning and rules. Nothing is loaded, and no \
            warehouse is needed. Where the servers are known, tables that are another pipeline's \
            are refused; where they have loaded the pipeline, what has changed since is told.
            """
    )

    @OptionGroup var argument: PipelineArgument

    @Flag(help: "Open the sources, and judge a sample of their rows.")
    var sources = false

    @Option(help: "How many rows of each input are judged at most.")
    var sample = 1_000

    @Option(
        help: """
            Periods whose inputs must be there: `2024-01..2024-03`; default: all whose files are there.
            """
    )
    var periods: String?

    @OptionGroup var access: SourceOptions
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if sample < 1 { throw ValidationError("`--sample \(sample)`: at least 1") }
        if !sources && (periods != nil || output.json) {
            throw ValidationError("`--periods` and `--json` need `--sources`")
        }
    }

    func run() async throws {
        let pipeline = try argument.read().pipeline
        _ = try PlanGraph(pipeline, periods: [])
        try refuseTooManyPeriods(of: pipeline)
        let dashboards = DashboardFolder(ofPipelineAt: argument.folder)
        try refuse(dashboards.problems)
        let answer = try await answer(about: pipeline)
        try await refuse(problems(of: dashboards.dashboards, in: pipeline, after: answer))
        if !output.json {
            Output.print(
                "\(pipeline.name): \(counted(pipeline.dimensions.count, "dimension")), "
                    + "\(counted(pipeline.facts.count, "fact")), "
                    + "\(counted(pipeline.marts.count, "mart"))"
                    + counts(of: pipeline.exports)
                    + (dashboards.dashboards.isEmpty
                        ? "" : ", \(counted(dashboards.dashboards.count, "dashboard"))")
                    + "; no problem found"
            )
            for note in await notes(of: pipeline, after: answer) { Output.print(note) }
        }
        guard sources else { return }
        let report = try await SourceCheck(
            pipeline,
            folder: argument.folder,
            periods: try await chosenPeriods(of: pipeline),
            sampleRows: sample,
            environment: try access.sources(beside: options)
        )
        .run()
        if output.json {
            try output.printJSON(report)
        } else {
            Output.print(SourceReportView(report).text)
        }
        guard report.hasErrors else { return }
        throw CommandFailure(report.isOnlyUnavailable ? .unavailable : .badInput)
    }

    /// `, 2 exports, 1 chart`: only of what there is.
    private func counts(of exports: [Export]) -> String {
        ["export", "chart", "published panel"]
            .map { word in
                let count = exports.count { $0.word == word }
                return count == 0 ? "" : ", \(counted(count, word))"
            }
            .joined()
    }

    /// - Throws: ``CommandFailure`` with what is wrong with dashboards, where anything is.
    private func refuse(_ problems: [Diagnostic]) throws {
        guard problems.contains(where: { $0.severity == .error }) else { return }
        let texts = problems.map { $0.rendered(folder: argument.pipeline) }
        let summary = "the dashboards have \(counted(problems.count, "problem"))"
        throw CommandFailure(.badInput, report: (texts + [summary]).joined(separator: "\n\n"))
    }

    /// What the warehouse does not understand of dashboards; nothing where it has no table of the pipeline.
    private func problems(
        of dashboards: [Dashboard],
        in pipeline: Pipeline,
        after answer: Answer
    ) async throws -> [Diagnostic] {
        guard case .unknownTables = answer, !dashboards.isEmpty,
            let fleet = try? await options.fleet()
        else { return [] }
        let desk = DashboardDesk(
            try ConsoleDashboardOptions.reader(orElse: fleet.inForeground().postgres)
        )
        return try await closing({ await desk.close() }) {
            guard (try? await desk.knows(pipeline)) == true else { return [] }
            var problems: [Diagnostic] = []
            for dashboard in dashboards {
                problems += try await desk.problems(of: dashboard, in: pipeline)
            }
            return problems
        }
    }

    /// The reader of definitions knows no calendar: a rule without an end has its periods up to today.
    private func refuseTooManyPeriods(of pipeline: Pipeline) throws {
        guard let rule = pipeline.periods, rule.last == nil else { return }
        let today = try pipeline.today()
        do {
            _ = try PeriodSelection.due(rule, states: [:], today: today)
        } catch {
            throw CommandFailure(.badInput, error.description)
        }
    }

    private func chosenPeriods(of pipeline: Pipeline) async throws -> [Period] {
        guard let rule = pipeline.periods else { return [] }
        if let periods { return try PeriodSelection.parse(periods, grain: rule.grain) }
        let ended = try PeriodSelection.due(
            rule,
            states: [:],
            today: pipeline.today()
        )
        var due = Due()
        due.awaited = try await survey(of: pipeline).awaited(ended)
        let waiting = Set(due.awaited.map(\.period))
        let there = ended.filter { !waiting.contains($0) }
        // Where no file is there at all, the pattern may be wrong.
        guard !there.isEmpty else { return Array(ended.prefix(1)) }
        if !output.json {
            for note in due.notes(apartFrom: [], grain: rule.grain) { Output.print(note) }
        }
        return there
    }

    private func survey(of pipeline: Pipeline) throws -> DueSurvey {
        try DueSurvey(
            pipeline,
            folder: argument.folder,
            today: pipeline.today(),
            environment: access.sources(beside: options)
        )
    }

    /// What the warehouse says of the pipeline's tables.
    private enum Answer {
        /// What stands in their place, and has to be adopted or moved before a load.
        case unknownTables([String])
        /// It was not there to be asked, and is not asked again.
        case none(PostgresError)
    }

    /// - Throws: `LedgerError` when a table is another pipeline's.
    private func answer(about pipeline: Pipeline) async throws -> Answer {
        guard let fleet = try? await options.fleet() else { return .unknownTables([]) }
        do {
            try await pipeline.refuseTablesOfOthers(at: fleet.inForeground().postgres)
            return .unknownTables([])
        } catch let error as LedgerError {
            guard error.code == .unknownTable else { throw error }
            return .unknownTables(["a load will be refused: \(error)"])
        } catch let error as PostgresError where error.isServerTrouble {
            return .none(error)
        } catch let error as PostgresError where error.isOfStatement {
            return .unknownTables(["the warehouse cannot be asked whose the tables are: \(error)"])
        } catch {
            return .unknownTables([])
        }
    }

    private func notes(of pipeline: Pipeline, after answer: Answer) async -> [String] {
        switch answer {
        case .unknownTables(let notes): notes + (await changes(of: pipeline))
        case .none(let error): [Self.cannotAsk(error)]
        }
    }

    /// What has changed since it was loaded; nothing where no warehouse is known, or none has it.
    private func changes(of pipeline: Pipeline) async -> [String] {
        guard let fleet = try? await options.fleet() else { return [] }
        do {
            let due = try await survey(of: pipeline).glance(at: fleet.inForeground().postgres)
            return due?.notes(apartFrom: nil, grain: pipeline.periods?.grain, hasAwaited: false)
                ?? []
        } catch {
            return [Self.cannotAsk(error)]
        }
    }

    private static func cannotAsk(_ error: any Error) -> String {
        "the warehouse cannot be asked what has changed since it was loaded: \(error)"
    }
}

extension PostgresError {
    /// Whether a server that could be reached has not answered a statement as it should.
    fileprivate var isOfStatement: Bool {
        switch code {
        case .sqlState, .unexpectedResult: !isServerTrouble
        default: false
        }
    }
}
