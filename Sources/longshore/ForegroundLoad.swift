import Console
import Coordinator
import Foundation
import InFlight
import Pipelines
import Planning
import ServiceLifecycle
import UnixSignals
import Warehouse
import Worker

/// A load that this process coordinates and shows, with workers of its own if wanted.
struct ForegroundLoad {
    let load: Int64
    let fleet: Fleet
    let wiring: Wiring
    let ledger: PostgresLedger
    let slots: Int
    let output: OutputOptions

    /// Runs to the load's end, or to a signal.
    ///
    /// - Throws: ``CommandFailure`` when the load does not end as loaded.
    func run() async throws {
        guard let record = try await ledger.load(load) else { return }
        let service = try await LoadService(self, record)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: SecondSignal { service.hurry() }),
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: fleet.logger
            )
        )
        try await group.run()
        try await conclude(await service.result)
        await ledger.close()
    }

    private func conclude(_ result: CoordinationResult?) async throws {
        guard case .ended(let state) = result else {
            throw CommandFailure(
                .interrupted,
                "load \(load) is not finished; what is committed stays. Go on with: "
                    + "longshore resume \(load)"
            )
        }
        if state == .cancelled { try await settleCancelled() }
        let tasks = try await ledger.tasks(ofLoad: load)
        if output.json {
            try output.printJSON(tasks)
        } else if let report = try await ledger.report(ofLoad: load) {
            print(LoadSummary(report, tasks, try await graph()).lines.joined(separator: "\n"))
        }
        switch state {
        case .loaded: break
        case .cancelled: throw CommandFailure(.loadCancelled)
        case .failed, .running: throw CommandFailure(.loadFailed)
        }
    }

    private func graph() async throws -> PlanGraph? {
        try await ledger.load(load)?.graph()
    }

    /// Attempts of a cancelled load give up a moment after the load has ended.
    private func settleCancelled() async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while try await ledger.settleCancelled(.load(load)) > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// Coordinator, workers and display of a foreground load, as one service.
private final class LoadService: Service {
    private let job: ForegroundLoad
    private let coordinator: LoadCoordinator
    private let worker: Worker?
    private let events: EventHub
    private let view: ProgressView?
    private let wiring: Wiring
    private let outcome = Outcome()

    init(_ job: ForegroundLoad, _ record: LoadRecord) async throws {
        self.job = job
        let graph = try record.graph()
        wiring = job.wiring
        let ports = try await wiring.coordinatorPorts(ledger: job.ledger)
        coordinator = LoadCoordinator(
            of: job.load,
            settings: CoordinatorSettings(owner: Fleet.processName()),
            ports: ports,
            logger: job.fleet.logger
        )
        events = ports.events
        worker =
            job.slots > 0
            ? try await wiring.worker(
                pools: record.pipeline.pools,
                settings: WorkerSettings(
                    name: Fleet.processName(),
                    slots: job.slots,
                    consumerTimeout: try Limits.consumerTimeout()
                )
            ) : nil
        view =
            job.output.json
            ? nil
            : ProgressView(
                load: job.load,
                pipeline: record.pipeline.name,
                graph: graph,
                inFlight: wiring.inFlight
            )
    }

    var result: CoordinationResult? { get async { await outcome.result } }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let hub = Task { try await events.run() }
            let watch = Task { try await watchForWorkers() }
            defer {
                hub.cancel()
                watch.cancel()
            }
            if let worker { group.addTask { try await worker.run() } }
            if let view { group.addTask { await view.follow(self.coordinator.progress) } }
            group.addTask { try await self.coordinate() }
            try await group.waitForAll()
        }
        await wiring.close()
    }

    func hurry() { worker?.hurry() }

    /// Says when nobody works on the load, for as long as it waits.
    private func watchForWorkers() async throws {
        guard worker == nil else { return }
        var absence = WorkerAbsence()
        let began = ContinuousClock.now
        while true {
            try await Task.sleep(for: .seconds(1))
            let workers = await wiring.inFlight.workers().count
            let settled = workers == 0 ? try? await settledTasks() : 0
            let now = ContinuousClock.now - began
            guard let settled,
                let notice = absence.notice(workers: workers, settled: settled, now: now)
            else { continue }
            await tell(notice)
        }
    }

    private func settledTasks() async throws -> Int {
        let open = [TaskState.waiting.rawValue, TaskState.published.rawValue]
        return try await job.ledger.report(ofLoad: job.load)?
            .tasks.filter { !open.contains($0.key) }.values.reduce(0, +) ?? 0
    }

    private func tell(_ notice: String) async {
        if let view {
            await view.tell(wait: notice.isEmpty ? nil : notice)
        } else if !notice.isEmpty {
            FileHandle.standardError.write(Data("load \(job.load): \(notice)\n".utf8))
        }
    }

    /// Coordinates to the end, or until a signal; then the workers of this process stop too.
    private func coordinate() async throws {
        defer { worker?.shutDown() }
        let result = try await withGracefulShutdownHandler {
            try await coordinator.run()
        } onGracefulShutdown: {
            self.coordinator.stop()
        }
        await outcome.set(result)
    }
}

private actor Outcome {
    private(set) var result: CoordinationResult?

    func set(_ result: CoordinationResult) {
        self.result = result
    }
}
