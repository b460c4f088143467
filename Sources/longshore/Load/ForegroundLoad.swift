import Console
import Coordinator
import Ledger
import Messaging
import Pipelines
import Planning
import ServiceLifecycle
import UnixSignals
import Views

/// A load that this process coordinates and shows, with workers of its own if wanted.
struct ForegroundLoad {
    let load: Int64
    let wiring: Wiring
    let ledger: LedgerDesks
    /// Load tasks to run at a time within this process, as the user wants it.
    let workers: Int?
    /// What this process is called in the load's lease.
    let owner: String
    let output: OutputOptions

    init(
        _ load: Int64,
        _ wiring: Wiring,
        _ ledger: LedgerDesks,
        workers: Int?,
        owner: String = Fleet.processName(),
        output: OutputOptions
    ) {
        self.load = load
        self.wiring = wiring
        self.ledger = ledger
        self.workers = workers
        self.owner = owner
        self.output = output
    }

    var fleet: Fleet { wiring.fleet }

    /// Load tasks to run at a time within this process.
    var slots: Int { workers ?? (fleet.isLocal ? 2 : 0) }

    /// Runs to the load's end, or to a signal.
    ///
    /// - Throws: ``CommandFailure`` when the load does not end as loaded.
    func run() async throws {
        guard let record = try await ledger.coordination.load(load) else { return }
        do {
            try await coordinate(record)
        } catch {
            let failure = CommandFailure(error)
            if failure?.isPrinted == true { throw error }
            try await interrupt(
                record,
                unfinished,
                cause: failure?.message ?? "\(error)",
                code: failure?.code ?? .interrupted
            )
        }
    }

    private func coordinate(_ record: LoadRecord) async throws {
        let service = try await LoadService(self, record)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: SecondSignal(first: { service.announceStop() }) { service.hurry() }
                    ),
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: fleet.logger
            )
        )
        try await group.run()
        try await conclude(await service.result, record, lastTrouble: service.lastTrouble)
    }

    private var unfinished: String {
        "load \(load) is not finished; what is committed stays. Go on with: longshore resume \(load)"
    }

    private func conclude(
        _ result: CoordinationResult?,
        _ record: LoadRecord,
        lastTrouble: String?
    ) async throws {
        switch result {
        case .ended(let state): try await show(state)
        case .overtaken, .heldByAnother:
            try await interrupt(
                record,
                "another coordinator has load \(load): follow it with: "
                    + "longshore status \(load)\(Invocation.current.stack)"
            )
        case .outOfReach, .resting, .stopped, nil:
            try await interrupt(
                record,
                unfinished,
                cause: result == .outOfReach
                    ? "the ledger could not be reached for too long: \(lastTrouble ?? "")"
                    : lastTrouble
            )
        }
    }

    /// The end of a load that is not over.
    ///
    /// The servers may be away: what they say is a gift.
    private func interrupt(
        _ record: LoadRecord,
        _ message: String,
        cause: String? = nil,
        code: CommandFailure.Code = .interrupted
    ) async throws -> Never {
        if let cause { Output.note("(\(cause))") }
        var failure = CommandFailure(code, message)
        if !Invocation.current.stack.isEmpty, message.hasSuffix("resume \(load)") {
            failure = failure.with(
                remark: "(\(Invocation.current.program) resume \(load)\(Invocation.current.stack))"
            )
        }
        if output.json {
            let problem = LoadOutcome.Problem(
                exitCode: failure.code.rawValue,
                message: ([message] + (cause.map { [$0] } ?? [])).joined(separator: "; ")
            )
            let tasks = (try? await ledger.tasks.reports(ofLoad: load)) ?? []
            if let report = try? await ledger.loads.report(ofLoad: load) {
                try output.printJSON(LoadOutcome(report, tasks, .interrupted, error: problem))
            } else {
                let name = record.pipeline.name
                try output.printJSON(
                    LoadOutcome(.interrupted, pipeline: name, load: load, error: problem)
                )
            }
        }
        throw failure.printed
    }

    private func show(_ state: LoadState) async throws {
        if state == .cancelled { try await settleCancelled() }
        await wiring.deadSweep(tasks: ledger.tasks).tryToRun()
        let tasks = try await ledger.tasks.reports(ofLoad: load)
        let failure: CommandFailure? =
            switch state {
            case .loaded, .superseded: nil
            case .cancelled: CommandFailure(.loadCancelled)
            case .failed, .running: CommandFailure(.loadFailed)
            }
        if let report = try await ledger.loads.report(ofLoad: load) {
            let summary = LoadSummary(report, tasks, try await graph(), .current)
            if output.json {
                let problem = failure.map { failure in
                    LoadOutcome.Problem(
                        exitCode: failure.code.rawValue,
                        message: summary.failures.joined(separator: "\n")
                    )
                }
                try output.printJSON(LoadOutcome(report, tasks, .init(state), error: problem))
            } else {
                Output.print(summary.lines.joined(separator: "\n"))
            }
        }
        if let failure { throw failure.printed }
    }

    private func graph() async throws -> PlanGraph? {
        try await unlessUnreadable({ try await ledger.coordination.load(load)?.graph() })
    }

    /// Attempts of a cancelled load give up a moment after the load has ended.
    private func settleCancelled() async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while try await ledger.orders.settleCancelled(.load(load)) > 0,
            ContinuousClock.now < deadline
        {
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
