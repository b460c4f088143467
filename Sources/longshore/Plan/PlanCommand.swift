import ArgumentParser
import Console
import Coordinator
import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import Rehearsal
import StarSchema
import Views

/// `longshore plan`: what a load would do, without doing it.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract:
            "Show the tasks of a load, or with --effects what it would change, without loading.",
        discussion: """
            With --effects the load is rehearsed against the warehouse, by the same code, in a \
            transaction that is rolled back. Readers never wait for it; it gives up when a load does. \
            Nothing remains but the plan itself, which the ledger remembers for 30 days, and numbers \
            that sequences have skipped. A ledger is made for that where there is none; an older one is not \
            brought up to date, but refused.

            What a load would refuse is refused here in the same words: a table that does not fit the \
            definition or that Longshore has not made, a closed period, a mart's SQL that Postgres does \
            not take.

            The plan's hash covers the definition, the periods, every input file and what the ledger \
            knows of dimensions and periods: `longshore load --plan` refuses when any of it has moved.

            Exit codes: 0; 1 a task would fail; 64 wrong usage; 65 wrong definition; 69 a server \
            cannot be used; 75 a load is in the way of the rehearsal.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var selection: LoadSelection

    @OptionGroup var adopt: AdoptOption

    @Flag(help: "Rehearse the load against the warehouse and show what it would change.")
    var effects = false

    @OptionGroup var access: SourceOptions
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let definition = try argument.read()
        try Limits.refuseTooLong(in: definition.pipeline)
        guard let fleet = try await fleet(for: definition.pipeline) else {
            return try await plan(definition, nil, nil)
        }
        try await fleet.withLedger(upgrades: false) { try await plan(definition, fleet, $0) }
    }

    /// Plans and shows it; without a ledger the plan has no hash.
    private func plan(
        _ definition: Definition,
        _ fleet: Fleet?,
        _ ledger: LedgerDesks?
    ) async throws {
        let pipeline = definition.pipeline
        let adopted = try adopt.names(in: pipeline)
        let needless =
            try await ledger?.pipelines.refuseTablesOfOthers(of: pipeline, adopting: adopted) ?? []
        let sources = try access.sources(beside: options)
        let due = try await survey(pipeline, sources, in: ledger)
        let choice = try selection.choice(of: pipeline, due)
        let view = selection.view(due, of: pipeline)
        let notes =
            adopt.notes(onNeedless: needless)
            + view.notes(apartFrom: choice.labels, command: loadCommand)
        if case .nothing = choice {
            return try await tellNothing(view, notes, of: pipeline, in: ledger)
        }
        let request = argument.request(definition, choice.periods, adopting: adopted)
        try show(try await report(on: request, notes, sources, fleet, ledger))
    }

    private func survey(
        _ pipeline: Pipeline,
        _ sources: SourceEnvironment,
        in ledger: LedgerDesks?
    ) async throws -> Due {
        guard let ledger else { return Due() }
        return try await selection.survey(
            of: pipeline,
            folder: argument.folder,
            sources: sources,
            in: ledger
        )
    }

    private func report(
        on request: LoadRequest,
        _ notes: [String],
        _ sources: SourceEnvironment,
        _ fleet: Fleet?,
        _ ledger: LedgerDesks?
    ) async throws -> PlanReport {
        let graph = try LoadPlanner.plan(request.pipeline, periods: request.periods)
        try await ledger?.requests.check(request, tasks: graph.tasks)
        var report = PlanReport(
            graph,
            uncovered: PlanSurvey(request).uncovered,
            command: command,
            notes: notes
        )
        if effects, let fleet {
            report.effects = try await LoadRehearsal(fleet.postgres, environment: sources)
                .effects(of: request, graph: graph)
        }
        report.fingerprint = try await remember(request, report.effects, sources, in: ledger)
        return report
    }

    private func show(_ report: PlanReport) throws {
        if output.json {
            try output.printJSON(report.forMachines)
        } else {
            Output.print(report.lines.joined(separator: "\n"))
        }
        if let effects = report.effects, !effects.isGood { throw CommandFailure(.loadFailed) }
    }

    private func tellNothing(
        _ view: DueView,
        _ notes: [String],
        of pipeline: Pipeline,
        in ledger: LedgerDesks?
    ) async throws {
        let unfinished = try await ledger?.loads.unfinished(ofPipeline: pipeline.name) ?? []
        let lines = notes + view.hints(unfinished)
        guard !output.json else { return try output.printJSON(PlanReport.nothing(lines)) }
        for line in [view.nothing] + lines { Output.print(line) }
    }

    /// What the user names needs no server: without one the plan has no hash.
    private func fleet(for pipeline: Pipeline) async throws -> Fleet? {
        if effects { return try await options.startedFleet() }
        do {
            return try await options.fleet()
        } catch let failure as CommandFailure where failure.code == .unavailable {
            guard selection.periods != nil || selection.dimensions || pipeline.periods == nil
            else { throw failure }
            return nil
        }
    }

    private func remember(
        _ request: LoadRequest,
        _ effects: Effects?,
        _ sources: SourceEnvironment,
        in ledger: LedgerDesks?
    ) async throws -> PlanFingerprint? {
        guard let ledger else { return nil }
        let fingerprint = try await PlanSurvey(request)
            .fingerprint(in: ledger, environment: sources)
        let text = try effects.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try await ledger.plans.remember(fingerprint, of: request, effects: text)
        return fingerprint
    }

    private var loadCommand: String { "longshore load \(Invocation.quoted(argument.pipeline))" }

    /// The load that the plan is of, but for the plan's hash.
    private var command: String {
        let invocation = Invocation.current
        return "\(invocation.program) load \(Invocation.quoted(argument.pipeline))"
            + invocation.settings + invocation.adopted + invocation.reading + invocation.stack
            + " --plan"
    }
}
