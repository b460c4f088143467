import Logging
import Planning
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Worker

/// How a worker ends.
@Suite struct ShutdownTests {
    @Test("running tasks finish within the grace period, and what was not begun is given back")
    func inGrace() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(2)) }
            let tasks = try await bench.makeLoad(5)
            for task in tasks { bench.inject(task) }
            let worker = bench.worker(slots: 2)
            try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(1)) }
            #expect(worker.metrics.results[.loaded] == 2)
            #expect(worker.metrics.busySlots == 0)
            #expect(bench.broker.unsettledCount == 0)
            #expect(bench.broker.messageCount == 3)
            #expect(bench.warehouse.rows(ofLoad: 1).map(\.attempts) == [1, 1, 0, 0, 0])
            #expect(simulation.clock.now.offset < .seconds(15))
            let areClosed = bench.connections.withLock { $0.map(\.isClosed) }
            #expect(areClosed == [true, true])
        }
    }

    @Test("deliveries that wait for a slot, or come during the shutdown, are given back unbegun")
    func notBegun() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(4)
            for task in tasks.dropLast() { bench.inject(task) }
            let worker = bench.worker(prefetch: 9)
            try await bench.run(worker) {
                try await simulation.clock.sleep(for: .milliseconds(100))
                #expect(bench.broker.unsettledCount == 3)
                worker.shutDown()
                bench.inject(tasks[3])
            }
            #expect(bench.warehouse.rows(ofLoad: 1).map(\.attempts) == [1, 0, 0, 0])
            #expect(bench.broker.messageCount == 3)
            #expect(bench.broker.unsettledCount == 0)
        }
    }

    @Test("a delivery that an idle worker gets during its shutdown is given back unbegun")
    func idleShutdown() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            let worker = bench.worker()
            try await bench.run(worker) {
                try await simulation.clock.sleep(for: .seconds(1))
                worker.shutDown()
                bench.inject(task)
            }
            #expect(bench.warehouse.row(task)?.attempts == 0)
            #expect(bench.broker.messageCount == 1)
            #expect(bench.broker.unsettledCount == 0)
        }
    }

    @Test("tasks that outlast the grace period are given back without burning an attempt")
    func beyondGrace() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(60)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(1)) }
            #expect(worker.metrics.results == [.givenBack: 1])
            #expect(simulation.clock.now.offset == .seconds(26))
            #expect(bench.broker.messageCount == 1)
            #expect(bench.inFlight.held.isEmpty)
            let row = bench.warehouse.row(task)
            #expect(row?.failures == 0)
            #expect(row?.crashes == 0)
            #expect(row?.effects == 0)
        }
    }

    @Test(
        "a task that one worker after another gives back is never taken for one that kills workers",
        arguments: [true, false]
    )
    func givenBackOften(isBegun: Bool) async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(60)) }
            let tasks = try await bench.makeLoad(2)
            for task in tasks { bench.inject(task) }
            for number in 0..<6 {
                let worker = bench.worker(
                    FakeProcess("worker \(number)"),
                    prefetch: isBegun ? 1 : 2
                )
                try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(1)) }
            }
            #expect(tasks.map { bench.warehouse.row($0)?.crashes } == [0, 0])
            #expect(tasks.map { bench.warehouse.row($0)?.failures } == [0, 0])
            #expect(bench.broker.messageCount == 2)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(1)) }
            try await bench.drain(bench.worker(FakeProcess("last")))
            #expect(tasks.map { bench.warehouse.row($0)?.effects } == [1, 1])
            #expect(tasks.map { bench.warehouse.row($0)?.crashes } == [0, 0])
        }
    }

    @Test("a slot that ignores its cancellation is counted as stuck until it comes back")
    func stuck() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in
                .init(stepTime: .seconds(10), ignoresCancellation: true)
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            simulation.clock.schedule(after: .seconds(30)) {
                #expect(worker.metrics.stuckSlots == 1)
            }
            try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(1)) }
            #expect(worker.metrics.stuckSlots == 0)
            // It committed all the same, and what the ledger says counts.
            #expect(worker.metrics.results == [.loaded: 1])
            #expect(bench.warehouse.row(task)?.effects == 1)
        }
    }

    @Test("a slot that ignores also the end of the grace period ends its process")
    func stuckForEver() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in
                .init(stepTime: .seconds(1000), ignoresCancellation: true)
            }
            bench.inject(try await bench.makeLoad()[0])
            let worker = bench.worker()
            simulation.clock.schedule(after: .seconds(200)) {
                // The process is gone now; here it is told only.
                #expect(bench.aborts.withLock { $0.map(\.code) } == [.stuck])
            }
            await #expect(throws: WorkerError.self) {
                try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(1)) }
            }
        }
    }

    @Test("a worker without a connection to the warehouse shuts down at once")
    func withoutConnection() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.refusedConnections.withLock { $0 = 1000 }
            let worker = bench.worker(slots: 2)
            try await bench.run(worker) {
                try await simulation.clock.sleep(for: .seconds(100))
                #expect(worker.metrics.disconnectedSlots == 2)
            }
            #expect(simulation.clock.now.offset < .seconds(101))
        }
    }

    @Test("a lost connection to the warehouse is made anew, after growing pauses")
    func reconnects() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            for task in tasks { bench.inject(task) }
            simulation.clock.schedule(after: .milliseconds(350)) {
                bench.connections.withLock { $0[0].breakConnection() }
                bench.refusedConnections.withLock { $0 = 3 }
            }
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results[.loaded] == 3)
            #expect(bench.connections.withLock { $0.count } == 2)
            #expect(bench.connections.withLock { $0[0].isClosed })
            // 0.6 s of work, pauses of 0.5 + 1 + 2 s, twice 0.6 s of work.
            #expect(simulation.clock.now.offset > .milliseconds(5000))
        }
    }

    @Test("a warehouse that is down costs no attempts and no deliveries")
    func warehouseDown() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            bench.warehouse.setDown(true)
            simulation.clock.schedule(after: .seconds(60)) { bench.warehouse.setDown(false) }
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results[.loaded] == 1)
            #expect(bench.warehouse.row(task)?.failures == 0)
            #expect(simulation.clock.now.offset < .seconds(95))
        }
    }

    @Test("a receiver that ends although nobody stopped it is an error, not an idle worker")
    func deliveriesEnded() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let process = FakeProcess("worker")
            let worker = bench.worker(process)
            simulation.clock.schedule(after: .seconds(5)) { process.die() }
            let error = await #expect(throws: WorkerError.self) { try await worker.run() }
            #expect(error?.code == .deliveriesEnded)
        }
    }

    @Test("a worker says that it is alive, and what it runs")
    func presence() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(5)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            try await bench.run(bench.worker(slots: 3)) {
                try await simulation.clock.sleep(for: .seconds(11))
                let workers = await bench.inFlight.workers()
                #expect(workers.map(\.name) == ["worker"])
                #expect(workers.map(\.running) == [[task]])
                #expect(workers.first?.metrics?.busySlots == 1)
            }
        }
    }

    @Test("a worker that ends is not registered any more")
    func absence() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            try await bench.run(bench.worker()) {
                try await simulation.clock.sleep(for: .seconds(1))
                #expect(await bench.inFlight.workers().count == 1)
            }
            #expect(await bench.inFlight.workers() == [])
        }
    }

    @Test("a service group's graceful shutdown ends the worker", .timeLimit(.minutes(1)))
    func serviceGroup() async throws {
        // Outside a simulation, because a service group starts tasks of its own.
        let bench = WorkerBench(clock: TestClock(), dice: Dice(seed: 0))
        let worker = bench.worker()
        let group = ServiceGroup(
            services: [worker],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while await bench.inFlight.workers().isEmpty, !Task.isCancelled { await Task.yield() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(worker.metrics.results.isEmpty)
    }
}
