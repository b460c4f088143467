import Console
import Coordinator
import InFlight
import Ledger
import Pipelines
import Planning
import ServiceLifecycle
import Views
import Worker

/// Coordinator, workers and display of a foreground load, as one service.
final class LoadService: Service {
    private let job: ForegroundLoad
    private let coordinator: LoadCoordinator
    private let worker: Worker?
    private let events: EventHub
    private let view: ProgressView?
    private let wiring: Wiring
    private let watch: HoldUpWatch
    private let outcome = Outcome()
    /// Somebody waits for the end of the load; but another worker may have a file that this one has not.
    private static let patience = SourcePatience(files: .seconds(5))

    init(_ job: ForegroundLoad, _ record: LoadRecord) async throws {
        self.job = job
        let graph = try record.graph()
        wiring = job.wiring
        let ports = try await wiring.coordinatorPorts(ledger: job.ledger)
        let trouble = ServerTrouble()
        coordinator = LoadCoordinator(
            of: job.load,
            settings: .own(job.owner),
            ports: ports,
            logger: job.fleet.logger,
            onTrouble: { trouble.note($0) }
        )
        events = ports.events
        worker = try await Self.worker(of: job, pools: record.pipeline.pools)
        view =
            job.output.json
            ? nil
            : ProgressView(
                load: job.load,
                pipeline: record.pipeline.name,
                graph: graph,
                inFlight: wiring.inFlight
            )
        watch = HoldUpWatch(
            load: job.load,
            ledger: job.ledger,
            wiring: wiring,
            trouble: trouble,
            hasOwnWorkers: worker != nil,
            view: view
        )
    }

    private static func worker(of job: ForegroundLoad, pools: [String]) async throws -> Worker? {
        guard job.slots > 0 else { return nil }
        return try await job.wiring.worker(
            WorkerSettings(
                name: Fleet.processName(),
                slots: job.slots,
                pools: pools,
                policy: RetryPolicy(patience: patience),
                leaseRenewal: .seconds(10) / Haste.factor,
                consumerTimeout: try Limits.consumerTimeout()
            )
        )
    }

    var result: CoordinationResult? { get async { await outcome.result } }

    /// What a server refused last, in words.
    var lastTrouble: String? { watch.lastTrouble }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let hub = Task { try await events.run() }
            let looking = Task { try await watch.run() }
            defer {
                hub.cancel()
                looking.cancel()
            }
            if let worker { group.addTask { try await worker.run() } }
            if let view { group.addTask { await view.follow(self.coordinator.progress) } }
            group.addTask { try await self.coordinate() }
            try await group.waitForAll()
        }
    }

    /// Answers the first signal at once: what happens, and what a second one does.
    func announceStop() {
        let text =
            worker == nil
            ? "stopping: the load stays as it is, to be resumed"
            : "stopping: running tasks may finish; a second Ctrl-C gives them up at once, and nothing "
                + "is lost by it"
        Task { await watch.tellStop(text) }
    }

    func hurry() { worker?.hurry() }

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
