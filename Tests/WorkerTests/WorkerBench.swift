import Logging
import Pipelines
import Planning
import Synchronization
import TestSupport
import Worker

/// Twins of every server and one load whose tasks are all published: what a worker needs to run.
final class WorkerBench: Sendable {
    let clock: TestClock
    let broker: InMemoryBroker
    let warehouse: InMemoryWarehouse
    let inFlight: InMemoryInFlightStore
    let heard = Mutex<[TaskEvent]>([])
    let connections = Mutex<[InMemoryTaskLoader]>([])
    let refusedConnections = Mutex(0)
    /// Why workers ended their processes.
    let aborts = Mutex<[WorkerError]>([])

    convenience init(_ simulation: Simulation) {
        self.init(clock: simulation.clock, dice: simulation.dice)
    }

    init(clock: TestClock, dice: Dice) {
        self.clock = clock
        broker = InMemoryBroker(clock: clock, dice: dice)
        warehouse = InMemoryWarehouse(clock: clock, dice: dice)
        inFlight = InMemoryInFlightStore(clock: clock)
    }

    /// A load of one whole fact for each of `count` tables, nothing needing anything.
    func makeLoad(_ count: Int = 1, concurrency: Int? = nil) async throws -> [LoadTaskID] {
        var pipeline = SamplePipelines.pipeline(
            facts: (0..<count).map { SamplePipelines.fact("f\($0)", isPerPeriod: false) }
        )
        pipeline.concurrency = concurrency
        let request = LoadRequest(
            pipeline: pipeline,
            definition: DefinitionBundle(files: [:]),
            folder: "",
            periods: [],
            requestedBy: "test"
        )
        let graph = try PlanGraph(request.pipeline, periods: [])
        let load = try await InMemoryLedger(warehouse).create(request, tasks: graph.tasks)
        return graph.tasks.indices.map { LoadTaskID(load: load, ordinal: $0) }
    }

    func inject(_ task: LoadTaskID, pool: String = "default", redeliveries: Int = 0) {
        broker.inject(TaskMessage(task: task, pool: pool), redeliveries: redeliveries)
    }

    func worker(
        _ process: FakeProcess = FakeProcess("worker"),
        slots: Int = 1,
        prefetch: Int? = nil,
        policy: RetryPolicy = RetryPolicy(),
        observer: any StepObserver = NoObserver(),
        receiver: InMemoryTaskReceiver? = nil,
        limits: TimeLimits = TimeLimits()
    ) -> Worker {
        Worker(
            WorkerSettings(name: process.name, slots: slots, policy: policy, limits: limits),
            ports: WorkerPorts(
                receiver: receiver
                    ?? InMemoryTaskReceiver(broker, slots: prefetch ?? slots, process: process),
                publisher: InMemoryPublisher(broker, process: process),
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                interventions: InMemoryLedger(warehouse, process: process),
                abort: { [self] error in aborts.withLock { $0.append(error) } },
                makeLoader: { [self] _ in try connect(process) },
                observer: observer,
                clock: clock,
                jitter: { 0 }
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func connect(_ process: FakeProcess) throws -> any TaskLoader {
        let isRefused = refusedConnections.withLock { refused in
            defer { refused = max(0, refused - 1) }
            return refused > 0
        }
        if isRefused { throw TwinError(description: "too many connections") }
        let loader = InMemoryTaskLoader(warehouse, process: process)
        connections.withLock { $0.append(loader) }
        return loader
    }

    /// Runs `worker` while `body` runs, then lets it shut down gracefully.
    func run(_ worker: Worker, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let events = InMemoryEventReceiver(broker)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await event in events.events { heard.withLock { $0.append(event) } }
            }
            try await withThrowingTaskGroup(of: Void.self) { inner in
                inner.addTask { try await worker.run() }
                try await body()
                worker.shutDown()
                try await inner.waitForAll()
            }
            group.cancelAll()
        }
    }

    /// Runs `worker` until no message is left, at most for an hour.
    func drain(_ worker: Worker) async throws {
        try await run(worker) { [self] in try await emptied() }
    }

    /// Returns when no message is left.
    func emptied() async throws {
        for _ in 0..<36_000 where broker.messageCount > 0 {
            try await clock.sleep(for: .milliseconds(100))
        }
    }

    var events: [LoadTaskID] { heard.withLock { $0.map(\.task) } }
}
