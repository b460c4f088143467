import Console
import Coordinator
import Foundation
import Messaging
import Planning
import ServiceLifecycle
import Warehouse
import Worker

/// A load that this process coordinates and shows, with workers of its own if wanted.
struct ForegroundLoad {
    let load: Int64
    let fleet: Fleet
    let ledger: PostgresLedger
    let slots: Int
    let output: OutputOptions

    /// Runs to the load's end, or to a signal.
    ///
    /// - Throws: ``CommandFailure`` when the load does not end as loaded.
    func run() async throws {
        let service = try await LoadService(self)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: fleet.logger
            )
        )
        try await group.run()
        try await conclude(service.result)
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
        let tasks = try await ledger.tasks(ofLoad: load)
        if output.json {
            try output.printJSON(tasks)
        } else if let report = try await ledger.report(ofLoad: load) {
            print(LoadSummary(report, tasks).lines.joined(separator: "\n"))
        }
        guard state == .loaded else { throw CommandFailure(.loadFailed) }
    }
}

/// Coordinator, workers and display of a foreground load, as one service.
private final class LoadService: Service {
    private let job: ForegroundLoad
    private let coordinator: LoadCoordinator
    private let worker: Worker?
    private let wiring: Wiring
    private let outcome = Outcome()

    init(_ job: ForegroundLoad) async throws {
        self.job = job
        wiring = try await Wiring(job.fleet, receives: job.slots > 0 ? job.slots : nil)
        coordinator = LoadCoordinator(
            of: job.load,
            settings: CoordinatorSettings(owner: Fleet.processName()),
            ports: wiring.coordinatorPorts(ledger: job.ledger),
            logger: job.fleet.logger
        )
        worker = wiring.worker(slots: job.slots)
    }

    var result: CoordinationResult? { get async { await outcome.result } }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let worker { group.addTask { try await worker.run() } }
            group.addTask { await self.show() }
            group.addTask {
                let result = try await cancelWhenGracefulShutdown {
                    try await self.coordinator.run()
                }
                await self.outcome.set(result)
                self.worker?.shutDown()
            }
            try await group.waitForAll()
        }
        await wiring.close()
    }

    private func show() async {
        guard !job.output.json else { return }
        await ProgressView(load: job.load, inFlight: wiring.inFlight).follow(coordinator.progress)
    }
}

private actor Outcome {
    private(set) var result: CoordinationResult?

    func set(_ result: CoordinationResult) {
        self.result = result
    }
}
