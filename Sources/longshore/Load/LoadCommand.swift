import ArgumentParser
import Console
import Coordinator
import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema
import Views

/// `longshore load`: load a pipeline, coordinated in the foreground.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a pipeline's dimensions, facts and marts.",
        discussion: """
            Without configured servers the private stack of this machine is used, and the tasks are \
            run by workers within this process. With servers it coordinates, and `longshore worker` \
            processes do the work, unless --workers says otherwise.

            Exit codes: 0 loaded, or left to newer loads; 1 a task failed for good; 2 what the plan rests on has moved; 3 cancelled by \
            somebody; 64 wrong usage; 65 wrong definition; \
            69 a server cannot be used; 75 interrupted, to be resumed.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var selection: LoadSelection

    @Flag(help: "Only write the load; a `longshore coordinator` takes it up.")
    var detach = false

    @Flag(help: "Read the sources of dimensions whose files have not changed, too.")
    var refresh = false

    @Option(help: "Load tasks to run at a time within this process.")
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Load what this plan of `longshore plan` says, or refuse if anything has moved since.",
            valueName: "hash"
        )
    )
    var plan: String?

    @OptionGroup var adopt: AdoptOption
    @OptionGroup var servers: RunOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try SlotCount.validate(workers ?? 0, atLeast: 0, option: "--workers")
        if detach, workers != nil {
            throw ValidationError("`--detach` leaves the work to others: drop `--workers`")
        }
        guard let plan else { return }
        guard plan.count >= PlanFingerprint.fewestDigits, plan.allSatisfy(\.isHexDigit) else {
            throw ValidationError(
                "`--plan \(plan)` is no plan's hash: write at least "
                    + "\(PlanFingerprint.fewestDigits) of the digits that `longshore plan` shows"
            )
        }
        try selection.refuse(beside: "`--plan` has its periods")
    }

    func run() async throws {
        try await output.printingRefusal(of: argument.nameOrFolder) { try await load() }
    }

    private func load() async throws {
        let definition = try argument.read()
        try Limits.refuseTooLong(in: definition.pipeline)
        let adopted = try adopt.names(in: definition.pipeline)
        let fleet = try await servers.fleetInForeground(postgresOnly: detach)
        try await fleet.withLedger { ledger in
            guard
                let request = try await request(
                    for: definition,
                    adopting: adopted,
                    fleet.sources,
                    in: ledger
                )
            else { return }
            guard detach else { return try await coordinate(request, on: fleet, ledger) }
            let load = try await LoadPlanner(creator: ledger.requests).create(request).load
            try await tellDetached(load, of: request.pipeline, in: ledger)
        }
    }

    /// What is to be loaded; `nil` when there is nothing, which it tells.
    private func request(
        for definition: Definition,
        adopting adopted: Set<String>,
        _ sources: SourceEnvironment,
        in ledger: LedgerDesks
    ) async throws -> LoadRequest? {
        let pipeline = definition.pipeline
        let needless = try await ledger.pipelines.refuseTablesOfOthers(
            of: pipeline,
            adopting: adopted
        )
        for note in adopt.notes(onNeedless: needless) { Output.note(note) }
        let plan = try await rememberedPlan(of: pipeline, in: ledger.plans)
        let due = try await selection.survey(
            of: pipeline,
            folder: argument.folder,
            sources: sources,
            in: ledger
        )
        let choice = try choice(of: pipeline, plan, due)
        let view = selection.view(due, of: pipeline)
        let notes = view.notes(apartFrom: choice.labels, command: command)
        if case .nothing = choice {
            try await tellNothing(view, notes, of: pipeline, in: ledger)
            return nil
        }
        for note in notes { Output.note(note) }
        var request = argument.request(definition, choice.periods, adopting: adopted)
        request.refreshes = refresh
        if let plan { request.plan = try await unmoved(plan, of: request, sources, in: ledger) }
        return request
    }

    // MARK: What is told

    private func tellNothing(
        _ view: DueView,
        _ notes: [String],
        of pipeline: Pipeline,
        in ledger: LedgerDesks
    ) async throws {
        guard !output.json else {
            return try output.printJSON(LoadOutcome(.nothingDue, pipeline: pipeline.name))
        }
        let unfinished = try await ledger.loads.unfinished(ofPipeline: pipeline.name)
        for line in [view.nothing] + notes + view.hints(unfinished) { Output.print(line) }
        let options = Invocation.current.settings + Invocation.current.stack
        Output.print("To load some again: \(command) --periods FIRST..LAST\(options)")
        if selection.isDefault, !pipeline.dimensions.isEmpty {
            Output.print("To load dimensions alone: \(command) --dimensions\(options)")
        }
    }

    private func tellDetached(
        _ load: Int64,
        of pipeline: Pipeline,
        in ledger: LedgerDesks
    ) async throws {
        guard output.json else {
            let command = "longshore status \(load)\(Invocation.current.stack)"
            return Output.print("load \(load) is written; follow it with: \(command)")
        }
        // The load is written, whether the ledger can be asked of it now or not.
        let tasks = (try? await ledger.tasks.reports(ofLoad: load)) ?? []
        guard let report = try? await ledger.loads.report(ofLoad: load) else {
            return try output.printJSON(
                LoadOutcome(.detached, pipeline: pipeline.name, load: load)
            )
        }
        try output.printJSON(LoadOutcome(report, tasks, .detached))
    }

    // MARK: Plan

    private func rememberedPlan(
        of pipeline: Pipeline,
        in plans: PlanMemory
    ) async throws -> RememberedPlan? {
        guard let plan else { return nil }
        return try await plans.plan(plan, ofPipeline: pipeline.name)
    }

    /// A plan has its periods; other ones that the user names are told as moved.
    private func choice(
        of pipeline: Pipeline,
        _ plan: RememberedPlan?,
        _ due: Due
    ) throws -> LoadChoice {
        guard let plan, selection.periods == nil, let grain = pipeline.periods?.grain else {
            return try selection.choice(of: pipeline, due)
        }
        return .periods(plan.periods.compactMap { Period($0, grain: grain) })
    }

    private var command: String { "longshore load \(Invocation.quoted(argument.pipeline))" }

    /// The plan's fingerprint, when nothing that it rests on has moved.
    private func unmoved(
        _ plan: RememberedPlan,
        of request: LoadRequest,
        _ sources: SourceEnvironment,
        in ledger: LedgerDesks
    ) async throws -> PlanFingerprint {
        let now = try await PlanSurvey(request).fingerprint(in: ledger, environment: sources)
        let changes = plan.fingerprint.changes(to: now)
        guard changes.isEmpty else { throw StarSchemaError.planMoved(plan.fingerprint, changes) }
        return plan.fingerprint
    }

    // MARK: Servers

    /// The servers are tried first: where one is missing, no load is left behind.
    private func coordinate(
        _ request: LoadRequest,
        on fleet: Fleet,
        _ ledger: LedgerDesks
    ) async throws {
        try await fleet.withWiring(
            as: ledger.fleet.membership(),
            pools: request.pipeline.pools
        ) { wiring in
            try await wiring.tellOfMissingRedis()
            let owner = Fleet.processName()
            var request = request
            request.coordinator = owner
            let load = try await LoadPlanner(creator: ledger.requests).create(request).load
            try await ForegroundLoad(
                load,
                wiring,
                ledger,
                workers: workers,
                owner: owner,
                output: output
            )
            .run()
        }
    }
}
