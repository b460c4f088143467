import Coordinator
import Logging
import Pipelines
import Planning
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct CoordinatorServiceTests {
    private func service(
        _ bench: CoordinatorBench,
        owner: String = "daemon",
        fleet: String = "longshore",
        limit: Int = 8,
        process: FakeProcess = FakeProcess("daemon")
    ) -> CoordinatorService {
        let hub = EventHub(InMemoryEventReceiver(bench.broker, process: process))
        return CoordinatorService(
            settings: CoordinatorSettings(owner: owner),
            ports: bench.ports(hub: hub, process: process, fleet: fleet),
            limit: limit,
            logger: .silent
        )
    }

    @Test("the daemon ends every load that nobody coordinates, a few at a time")
    func orphans() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            for _ in 0..<5 { _ = try await bench.makeLoad(months: 2) }
            let loads: [Int64] = [1, 2, 3, 4, 5]
            let daemon = service(bench, limit: 2)
            try await bench.withWorker {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await daemon.run() }
                    group.addTask {
                        while loads.contains(where: { bench.warehouse.loadState($0) == .running }) {
                            #expect(daemon.loads.count <= 2)
                            try? await simulation.clock.sleep(for: .milliseconds(500))
                        }
                    }
                    await group.next()
                    group.cancelAll()
                }
            }
            #expect(bench.warehouse.violations.isEmpty)
            // All of them ask for the same months, so the newest load's claim wins; dimensions are merged
            // by whoever comes first.
            #expect(
                loads.dropLast()
                    .allSatisfy {
                        [.loaded, .superseded].contains(bench.warehouse.loadState($0))
                    }
            )
            #expect(bench.warehouse.loadState(5) == .loaded)
            let facts = bench.warehouse.rows(ofLoad: 1).filter { $0.task.kind == .fact }
            #expect(!facts.isEmpty && facts.allSatisfy { $0.state == .superseded })
            #expect(bench.warehouse.rows(ofLoad: 5).allSatisfy { $0.effects == 1 })
        }
    }

    @Test("a daemon that dies is followed by another")
    func succession() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 30)
            let doomed = FakeProcess("doomed")
            let first = service(bench, owner: "first", process: doomed)
            let second = service(bench, owner: "second")
            simulation.clock.schedule(after: .seconds(3)) { doomed.die() }
            try await bench.withWorker {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await doomed.run { try? await first.run() } }
                    await group.next()
                    #expect(bench.warehouse.coordinator(of: load) == "first")
                    group.addTask { try? await second.run() }
                    while bench.warehouse.loadState(load) == .running {
                        try? await simulation.clock.sleep(for: .seconds(1))
                    }
                    group.cancelAll()
                }
            }
            #expect(bench.warehouse.loadState(load) == .loaded)
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("a daemon leaves the loads of another fleet alone")
    func fleets() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 2)
            let stranger = service(bench, owner: "stranger", fleet: "other")
            let own = service(bench, owner: "own")
            try await bench.withWorker {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await stranger.run() }
                    try? await simulation.clock.sleep(for: .seconds(60))
                    #expect(bench.warehouse.coordinator(of: load) == nil)
                    group.addTask { try? await own.run() }
                    while bench.warehouse.loadState(load) == .running {
                        try? await simulation.clock.sleep(for: .seconds(1))
                    }
                    group.cancelAll()
                }
            }
            #expect(bench.warehouse.loadState(load) == .loaded)
        }
    }

    @Test("a load whose definition this version refuses ends as failed, and others go on")
    func unreadable() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let old = try await bench.makeLoad(months: 1)
            let other = try await bench.makeLoad(months: 2)
            bench.warehouse.makeUnreadable(old)
            let daemon = service(bench)
            try await bench.withWorker {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await daemon.run() }
                    while bench.warehouse.loadState(other) == .running {
                        try? await simulation.clock.sleep(for: .seconds(1))
                    }
                    group.cancelAll()
                }
            }
            #expect(bench.warehouse.loadState(other) == .loaded)
            #expect(bench.warehouse.loadState(old) == .failed)
            let codes = Set(bench.warehouse.rows(ofLoad: old).map { $0.lastFailure?.code })
            #expect(codes == ["definition.unreadable"])
        }
    }

    @Test("a daemon that the ledger is too new for gives its loads up, and ends with the reason")
    func newerLedger() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 2)
            let daemon = service(bench)
            simulation.clock.schedule(after: .seconds(3)) { bench.warehouse.migrate() }
            simulation.clock.schedule(after: .seconds(9)) {
                #expect(bench.warehouse.coordinator(of: load) == nil)
            }
            await #expect(throws: NewerLedger(version: 99, known: 98)) { try await daemon.run() }
            #expect(simulation.clock.now.offset > .seconds(12))
        }
    }

    @Test("stopped after that by whoever updates the fleet, it ends without an error")
    func updated() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            _ = try await bench.makeLoad(months: 2)
            let daemon = service(bench)
            simulation.clock.schedule(after: .seconds(3)) { bench.warehouse.migrate() }
            simulation.clock.schedule(after: .seconds(9)) { daemon.stop() }
            try await daemon.run()
            #expect(simulation.clock.now.offset < .seconds(10))
        }
    }

    @Test("a graceful shutdown of the daemon releases its leases", .timeLimit(.minutes(1)))
    func gracefulShutdown() async throws {
        // Outside a simulation, because a service group starts tasks of its own.
        let clock = TestClock()
        let broker = InMemoryBroker(clock: clock)
        let warehouse = InMemoryWarehouse(clock: clock)
        let request = LoadRequest(
            pipeline: SamplePipelines.callcenter,
            definition: .init(files: [:]),
            folder: "",
            periods: SamplePipelines.months(1),
            requestedBy: "test"
        )
        let planner = LoadPlanner(creator: InMemoryLedger(warehouse))
        let load = try await planner.create(request).load
        let daemon = CoordinatorService(
            settings: CoordinatorSettings(owner: "daemon"),
            ports: CoordinatorPorts(
                ledger: InMemoryLedger(warehouse),
                publisher: InMemoryPublisher(broker),
                events: EventHub(InMemoryEventReceiver(broker)),
                clock: clock
            ),
            logger: .silent
        )
        let group = ServiceGroup(services: [daemon], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while broker.publishedCount == 0, !Task.isCancelled { await Task.yield() }
            #expect(warehouse.coordinator(of: load) == "daemon")
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(warehouse.coordinator(of: load) == nil)
        #expect(warehouse.loadState(load) == .running)
    }
}
