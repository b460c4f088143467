import Coordinator
import Planning
import Synchronization
import TestSupport
import Testing

@Suite("Places of a coordinator") struct RestingLoadTests {
    private func daemon(
        _ bench: CoordinatorBench,
        limit: Int,
        interval: Duration = .seconds(2)
    ) -> (CoordinatorService, EventHub) {
        let process = FakeProcess("daemon")
        let hub = EventHub(InMemoryEventReceiver(bench.broker, process: process))
        let service = CoordinatorService(
            settings: CoordinatorSettings(owner: "daemon", rest: RestRule()),
            ports: bench.ports(hub: hub, process: process),
            limit: limit,
            interval: interval,
            logger: .silent
        )
        return (service, hub)
    }

    /// Runs `body` beside a daemon and some workers.
    private func run(
        _ bench: CoordinatorBench,
        limit: Int,
        interval: Duration = .seconds(2),
        _ body: @escaping @Sendable (CoordinatorService) async throws -> Void
    ) async throws {
        let (service, hub) = daemon(bench, limit: limit, interval: interval)
        try await bench.withWorker(slots: 8) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                group.addTask { await hub.listen() }
                try await body(service)
                group.cancelAll()
            }
        }
        #expect(bench.warehouse.violations.isEmpty)
    }

    private func wait(for load: Int64, _ bench: CoordinatorBench) async throws {
        while bench.warehouse.loadState(load) == .running {
            try await bench.clock.sleep(for: .milliseconds(100))
        }
    }

    @Test("eight paused loads hold no place: a ninth runs, and each of them when it is resumed")
    func paused() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            for _ in 0..<8 {
                bench.warehouse.pause(try await bench.makeLoad(months: 1), .afterRunning)
            }
            try await run(bench, limit: 8) { daemon in
                try await simulation.clock.sleep(for: .seconds(20))
                #expect(daemon.loads.isEmpty)
                #expect((1...8).allSatisfy { bench.warehouse.rests($0) })
                #expect(bench.warehouse.coordinators == [daemon.presence])
                let ninth = try await bench.makeLoad(months: 1)
                try await wait(for: ninth, bench)
                #expect(simulation.clock.now.offset < .seconds(30))
                bench.warehouse.resume(3)
                try await wait(for: 3, bench)
                #expect(simulation.clock.now.offset < .seconds(40))
                #expect(bench.warehouse.loadState(4) == .running)
            }
            #expect(bench.warehouse.coordinators.isEmpty)
        }
    }

    @Test("a load is paused while its tasks run: it rests, and ends with the last of them")
    func pausedAtTheEnd() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 1)
            bench.warehouse.setBehaviour { task, _ in
                .init(stepTime: task.ordinal == 3 ? .seconds(3) : .milliseconds(10))
            }
            try await run(bench, limit: 1) { daemon in
                try await simulation.clock.sleep(for: .seconds(1))
                bench.warehouse.pause(load, .afterRunning)
                try await simulation.clock.sleep(for: .seconds(5))
                #expect(daemon.loads.isEmpty)
                #expect(bench.warehouse.loadState(load) == .running)
                try await wait(for: load, bench)
                // The event of its last task ended its rest: nobody waited for the end of it.
                #expect(simulation.clock.now.offset < .seconds(30))
            }
        }
    }

    @Test("a load whose tasks all wait for their next attempt leaves its place meanwhile")
    func waiting() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let slow = try await bench.makeLoad(months: 1)
            let failure = TaskFailure(code: "source.down", message: "down", isRetryable: true)
            bench.warehouse.setBehaviour { task, attempt in
                .init(failure: task.load == slow && attempt <= 3 ? failure : nil)
            }
            try await run(bench, limit: 1) { daemon in
                // One second, five seconds, then half a minute.
                try await simulation.clock.sleep(for: .seconds(15))
                #expect(bench.warehouse.rests(slow))
                let other = try await bench.makeLoad(months: 2)
                try await wait(for: other, bench)
                #expect(simulation.clock.now.offset < .seconds(30))
                try await wait(for: slow, bench)
                // The other load has loaded its month meanwhile.
                #expect(bench.warehouse.loadState(slow) == .superseded)
            }
        }
    }

    @Test("a load in which nothing happens leaves its place to one that waits for it")
    func inert() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            // The third month takes an hour; the other load needs the first one only.
            let long = try await bench.makeLoad(months: 3)
            bench.warehouse.setBehaviour { task, _ in
                .init(stepTime: task.ordinal == 4 ? .seconds(600) : .milliseconds(10))
            }
            try await run(bench, limit: 1) { daemon in
                try await simulation.clock.sleep(for: .seconds(60))
                // Nobody else needs the place: it keeps it, and is looked at every two seconds.
                #expect(daemon.loads == [long])
                let other = try await bench.makeLoad(months: 1)
                try await wait(for: other, bench)
                #expect(simulation.clock.now.offset < .seconds(70))
                try await wait(for: long, bench)
                #expect(bench.warehouse.loadState(long) == .loaded)
                #expect(simulation.clock.now.offset < .seconds(4 * 3600))
            }
        }
    }

    @Test("sixty small loads pass through eight places without waiting for the next look")
    func manySmall() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .milliseconds(1)) }
            // Of tables of their own: loads of one dimension would wait for each other.
            for number in 0..<60 {
                let facts = [SamplePipelines.fact("f\(number)", isPerPeriod: false)]
                let pipeline = SamplePipelines.pipeline(facts: facts)
                _ = try await bench.makeLoad(of: pipeline, months: 1)
            }
            try await run(bench, limit: 8) { _ in
                for load in 1...60 { try await wait(for: Int64(load), bench) }
                #expect(simulation.clock.now.offset < .seconds(3))
            }
        }
    }

    @Test("a load that is written is taken up when the daemon is told of it")
    func told() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            try await run(bench, limit: 8, interval: .seconds(3600)) { daemon in
                try await simulation.clock.sleep(for: .seconds(5))
                let load = try await bench.makeLoad(months: 1)
                daemon.look()
                try await wait(for: load, bench)
                #expect(simulation.clock.now.offset < .seconds(20))
            }
        }
    }
}
