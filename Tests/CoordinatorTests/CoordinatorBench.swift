import Coordinator
import Logging
import Pipelines
import Planning
import TestSupport

/// Twins of every server and a worker that does what it is told: what a coordinator needs to run.
struct CoordinatorBench: Sendable {
    let clock: TestClock
    let broker: InMemoryBroker
    let warehouse: InMemoryWarehouse
    let inFlight: InMemoryInFlightStore

    init(_ simulation: Simulation) {
        clock = simulation.clock
        broker = InMemoryBroker(clock: clock, dice: simulation.dice)
        warehouse = InMemoryWarehouse(clock: clock, dice: simulation.dice)
        inFlight = InMemoryInFlightStore(clock: clock)
    }

    /// Plans a load of the call centre and writes it.
    func makeLoad(
        of pipeline: Pipeline = SamplePipelines.callcenter,
        months: Int = 3
    ) async throws -> Int64 {
        let request = LoadRequest(
            pipeline: pipeline,
            definition: DefinitionBundle(files: [:]),
            folder: "",
            periods: SamplePipelines.months(months),
            requestedBy: "test"
        )
        return try await LoadPlanner(creator: InMemoryLedger(warehouse)).create(request).load
    }

    func ports(
        hub: EventHub,
        process: FakeProcess,
        fleet: String = "longshore"
    ) -> CoordinatorPorts {
        CoordinatorPorts(
            ledger: InMemoryLedger(warehouse, process: process, fleet: fleet),
            publisher: InMemoryPublisher(broker, process: process),
            events: hub,
            inFlight: inFlight,
            clock: clock,
            jitter: { 0 }
        )
    }

    /// Runs one coordinator with its event hub until the load is over.
    func coordinate(
        _ load: Int64,
        as owner: String = "first",
        window: Int = 10_000,
        process: FakeProcess = FakeProcess("coordinator"),
        watching progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws -> CoordinationResult {
        let hub = EventHub(InMemoryEventReceiver(broker, process: process))
        let coordinator = LoadCoordinator(
            of: load,
            settings: CoordinatorSettings(owner: owner, window: window),
            ports: ports(hub: hub, process: process),
            logger: .silent
        )
        return try await withThrowingTaskGroup(of: CoordinationResult?.self) { group in
            group.addTask {
                await hub.listen()
                return nil
            }
            group.addTask {
                for await snapshot in coordinator.progress { progress?(snapshot) }
                return nil
            }
            group.addTask { try await coordinator.run() }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    /// Runs `body` beside a worker that takes tasks one after the other, for as long as `body` runs.
    func withWorker<Result: Sendable>(
        slots: Int = 4,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            for slot in 0..<slots {
                group.addTask {
                    await work("worker \(slot)")
                    return nil
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func work(_ name: String) async {
        let receiver = InMemoryTaskReceiver(broker, slots: 1)
        let publisher = InMemoryPublisher(broker)
        let loader = InMemoryTaskLoader(warehouse)
        for await delivery in receiver.deliveries {
            let task = delivery.message.task
            let outcome = await loader.perform(task, by: name, observer: NoObserver())
            switch outcome {
            case .failed(let failure), .retryable(let failure):
                let verdict = try? await loader.record(
                    failure,
                    of: task,
                    by: name,
                    policy: RetryPolicy()
                )
                guard case .retry(let tier) = verdict else { break }
                try? await publisher.publish(delivery.message, after: tier)
            case .paused:
                try? await publisher.publish(delivery.message, after: .halfMinute)
            default: break
            }
            await publisher.announce(TaskEvent(task: task))
            await receiver.acknowledge(delivery.receipt)
        }
        receiver.disconnect()
    }
}

extension Logger {
    /// A logger that nobody reads.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
