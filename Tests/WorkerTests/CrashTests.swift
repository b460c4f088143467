import Planning
import TestSupport
import Testing
import Worker

/// Workers that die: at every step, again and again, or not at all although it looks so.
@Suite struct CrashTests {
    @Test(
        "a worker that dies at any step leaves one effect and no message",
        arguments: Step.allCases
    )
    func dies(at step: Step) async throws {
        for seed in 0..<4 as Range<UInt64> {
            try await Simulation.run(seed: seed) { simulation in
                let bench = WorkerBench(simulation)
                let tasks = try await bench.makeLoad(3)
                for task in tasks { bench.inject(task) }
                let doomed = FakeProcess("doomed")
                let steps = StepFaults()
                steps.once(at: step) { doomed.die() }
                let first = bench.worker(doomed, observer: steps)
                await doomed.run { try? await first.run() }
                #expect(doomed.isDead)
                try await bench.drain(bench.worker(FakeProcess("second"), slots: 2))
                #expect(tasks.map { bench.warehouse.row($0)?.effects } == [1, 1, 1])
                #expect(bench.broker.messageCount == 0)
                #expect(bench.warehouse.violations.isEmpty)
                // A dead worker's lease ends by itself.
                try await simulation.clock.sleep(for: .seconds(30))
                #expect(bench.inFlight.held.isEmpty)
            }
        }
    }

    @Test(
        "a task that always kills its worker is set aside, with or without Redis",
        arguments: [true, false]
    )
    func poison(redisIsGone: Bool) async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.inFlight.setReachable(!redisIsGone)
            let tasks = try await bench.makeLoad(2)
            bench.inject(tasks[0])
            bench.inject(tasks[1])
            var deaths = 0
            while bench.warehouse.row(tasks[0])?.state != .failed {
                let process = FakeProcess("worker \(deaths)")
                bench.warehouse.setBehaviour { task, _ in
                    if task == tasks[0] {
                        simulation.clock.schedule(after: .seconds(1)) { process.die() }
                    }
                    return .init(stepTime: .milliseconds(task == tasks[0] ? 500 : 100))
                }
                let worker = bench.worker(process, slots: 2)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await process.run { try? await worker.run() } }
                    group.addTask {
                        while bench.warehouse.row(tasks[0])?.state != .failed, !process.isDead {
                            try? await simulation.clock.sleep(for: .seconds(1))
                        }
                        worker.shutDown()
                    }
                }
                deaths += 1
                try #require(deaths < 30)
            }
            #expect(bench.warehouse.row(tasks[0])?.crashes == 10)
            #expect(deaths >= 10)
            let reason = bench.broker.setAside[TaskMessage(task: tasks[0], pool: "default")]
            #expect(reason?.code == "worker.crashed")
            #expect(bench.warehouse.row(tasks[1])?.effects == 1)
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("a broker that restarts once burns no crash of tasks that nobody had begun")
    func restartedBroker() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(8)
            for task in tasks { bench.inject(task, redeliveries: 1) }
            let worker = bench.worker(slots: 3)
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.loaded: 8])
            #expect(worker.metrics.crashesRecorded == 0)
        }
    }

    @Test("an attempt that lives through the loss of its broker connection is not a crash")
    func lostConnection() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(1)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            simulation.clock.schedule(after: .seconds(2)) { bench.broker.dropConnections() }
            let worker = bench.worker(slots: 2)
            try await bench.drain(worker)
            #expect(bench.warehouse.row(task)?.effects == 1)
            #expect(bench.warehouse.row(task)?.crashes == 0)
            #expect(bench.warehouse.row(task)?.attempts == 1)
        }
    }

    @Test(
        "a count in a header proves no death: the ledger knows of no attempt",
        arguments: [1, 7, 1_000]
    )
    func forgedCount(redeliveries: Int) async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(2)
            bench.warehouse.pause(tasks[0].load, .afterRunning)
            for _ in 0..<14 { bench.inject(tasks[0], redeliveries: redeliveries) }
            let worker = bench.worker()
            try await bench.run(worker) { try await simulation.clock.sleep(for: .seconds(90)) }
            #expect(worker.metrics.crashesRecorded == 0)
            #expect(bench.warehouse.row(tasks[0])?.crashes == 0)
            #expect(bench.warehouse.row(tasks[0])?.state.isFinal == false)
            bench.warehouse.resume(tasks[0].load)
            bench.inject(tasks[1])
            try await bench.drain(bench.worker())
            #expect(tasks.map { bench.warehouse.row($0)?.effects } == [1, 1])
            #expect(bench.broker.setAside.isEmpty)
        }
    }

    @Test("nor does a forged lease beside it; nobody waits for one longer than a lease lives")
    func forgedLease() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.inFlight.forgeLease(on: task, owner: "nobody")
            for _ in 0..<14 { bench.inject(task, redeliveries: 7) }
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(bench.warehouse.row(task)?.effects == 1)
            #expect(bench.warehouse.row(task)?.crashes == 0)
            #expect(simulation.clock.now.offset < .seconds(60))
        }
    }

    @Test("a death counts once, also when its message is delivered for the first time since")
    func death() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.warehouse.die(in: task)
            bench.inject(task, redeliveries: 1)
            bench.inject(task, redeliveries: 1)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.crashesRecorded == 1)
            #expect(bench.warehouse.row(task)?.crashes == 1)
            #expect(bench.warehouse.row(task)?.effects == 1)
        }
    }
}
