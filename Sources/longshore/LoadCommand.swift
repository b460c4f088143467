import ArgumentParser
import Console
import Coordinator
import Pipelines
import Planning
import Warehouse

/// `longshore load`: load a pipeline, coordinated in the foreground.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a pipeline's dimensions, facts and marts.",
        discussion: """
            Without configured servers the private stack of this machine is used, and the tasks are \
            run by workers within this process. With servers it coordinates, and `longshore worker` \
            processes do the work, unless --workers says otherwise.

            Exit codes: 0 loaded; 1 a task failed for good; 2 cancelled by somebody; 64 wrong usage; 65 wrong definition; \
            69 a server cannot be used; 75 interrupted, to be resumed.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var selection: LoadSelection

    @Flag(help: "Only write the load; a `longshore coordinator` takes it up.")
    var detach = false

    @Option(help: "Load tasks to run at a time within this process.")
    var workers: Int?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try SlotCount.validate(workers ?? 0, atLeast: 0, option: "--workers")
        if detach, workers != nil {
            throw ValidationError("`--detach` leaves the work to others: drop `--workers`")
        }
    }

    func run() async throws {
        let definition = try argument.read()
        let pipeline = definition.pipeline
        try Limits.refuseTooLong(in: pipeline)
        let fleet = try await options.startedFleet().inForeground()
        let ledger = PostgresLedger(fleet.postgres)
        let periods = try await selection.periods(of: pipeline, in: ledger)
        guard pipeline.periods == nil || !periods.isEmpty else {
            print(selection.nothing(of: pipeline))
            print("To load some again: longshore load \(argument.pipeline) --periods FIRST..LAST")
            return
        }
        if let rule = pipeline.periods { try PeriodSelection.check(periods, of: rule) }
        let request = LoadRequest(
            pipeline: pipeline,
            definition: definition.bundle,
            folder: argument.folder,
            periods: periods,
            requestedBy: Requester.name
        )
        if detach {
            let load = try await LoadPlanner(ledger: ledger).create(request).load
            await ledger.close()
            print("load \(load) is written; follow it with: longshore status \(load)")
        } else {
            try await coordinate(request, on: fleet, ledger: ledger)
        }
    }

    /// The servers are tried first: where one is missing, no load is left behind.
    private func coordinate(
        _ request: LoadRequest,
        on fleet: Fleet,
        ledger: PostgresLedger
    ) async throws {
        let wiring = try await Wiring(fleet, pools: request.pipeline.pools)
        try await wiring.requireRedis()
        try await ForegroundLoad(
            load: try await LoadPlanner(ledger: ledger).create(request).load,
            fleet: fleet,
            wiring: wiring,
            ledger: ledger,
            slots: workers ?? (fleet.isLocal ? 2 : 0),
            output: output
        )
        .run()
    }
}
