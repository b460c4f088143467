import Pipelines
import Planning
import Synchronization
import TestSupport
import Testing
import Worker

/// What a worker notices of itself: silence, slowness, slots that do not come back.
@Suite struct WatchdogTests {
    @Test("a source that gives nothing for the idle limit ends the attempt, which counts as failed")
    func idle() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, attempt in
                .init(
                    stepTime: attempt == 1 ? .seconds(100) : .milliseconds(100),
                    limits: Limits(idle: .seconds(20))
                )
            }
            let tasks = try await bench.makeLoad(2)
            for task in tasks { bench.inject(task) }
            let worker = bench.worker(slots: 2)
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.retried: 2, .loaded: 2])
            #expect(bench.warehouse.row(tasks[0])?.lastFailure?.code == "limit.idle")
            #expect(bench.warehouse.row(tasks[0])?.failures == 1)
            // 100 s until the source is open, then at most a quarter more than the limit.
            #expect(simulation.clock.now.offset < .seconds(130))
        }
    }

    @Test("an attempt that takes longer than its total limit is ended, and its neighbours go on")
    func total() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            bench.warehouse.setBehaviour { task, _ in
                .init(
                    stepTime: task == tasks[0] ? .seconds(300) : .seconds(1),
                    limits: Limits(total: .seconds(60))
                )
            }
            for task in tasks { bench.inject(task) }
            let worker = bench.worker(slots: 2, policy: RetryPolicy(maximumAttempts: 2))
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.retried: 1, .setAside: 1, .loaded: 2])
            #expect(bench.warehouse.row(tasks[0])?.state == .failed)
            #expect(bench.warehouse.row(tasks[0])?.lastFailure?.code == "limit.total")
            #expect(simulation.clock.now.offset < .seconds(125))
        }
    }

    @Test(
        "a definition whose total limit outlasts the broker's patience fails at once, and for good"
    )
    func tooLong() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in
                .init(stepTime: .seconds(1), limits: Limits(total: .seconds(21_600)))
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            try await bench.drain(bench.worker())
            #expect(bench.warehouse.row(task)?.state == .failed)
            #expect(bench.warehouse.row(task)?.lastFailure?.code == "limit.too_long")
            #expect(
                bench.warehouse.row(task)?.lastFailure?.message.contains("`6 h`") == true
            )
        }
    }

    @Test("a worker whose own limit outlasts the broker's patience does not start")
    func refused() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let worker = bench.worker(limits: TimeLimits(total: .seconds(1800)))
            let error = await #expect(throws: WorkerError.self) { try await worker.run() }
            #expect(error?.code == .limitTooLong)
        }
    }

    @Test("a slot that never comes back ends its worker: the others finish, then the process goes")
    func stuckForEver() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            bench.warehouse.setBehaviour { task, _ in
                .init(
                    stepTime: task == tasks[0] ? .seconds(1000) : .seconds(2),
                    ignoresCancellation: task == tasks[0]
                )
            }
            bench.inject(tasks[0])
            bench.inject(tasks[1])
            let worker = bench.worker(slots: 2)
            simulation.clock.schedule(after: .seconds(10)) {
                bench.warehouse.cancel(tasks[0])
            }
            // Two seconds to notice, a minute of patience, the grace period, another minute.
            simulation.clock.schedule(after: .seconds(60)) {
                #expect(worker.metrics.stuckSlots == 1)
                #expect(worker.metrics.abandonedSlots == 0)
            }
            simulation.clock.schedule(after: .seconds(80)) {
                #expect(worker.metrics.abandonedSlots == 1)
                bench.inject(tasks[2])
            }
            simulation.clock.schedule(after: .seconds(200)) {
                #expect(bench.aborts.withLock { $0.map(\.code) } == [.stuck])
                // The process is gone now; here it is told only.
                #expect(bench.warehouse.row(tasks[1])?.state == .done)
                #expect(bench.warehouse.row(tasks[2])?.attempts == 0)
            }
            let error = await #expect(throws: WorkerError.self) { try await worker.run() }
            #expect(error?.code == .stuck)
        }
    }

    @Test("a worker that gets nothing although messages wait connects anew, and counts it")
    func forgotten() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let receiver = InMemoryTaskReceiver(bench.broker, slots: 1)
            let worker = bench.worker(receiver: receiver)
            let tasks = try await bench.makeLoad(2)
            try await bench.run(worker) {
                try await simulation.clock.sleep(for: .seconds(30))
                receiver.mute()
                for task in tasks { bench.inject(task) }
                try await bench.emptied()
            }
            #expect(worker.metrics.stalls == 1)
            #expect(worker.metrics.results == [.loaded: 2])
            #expect(simulation.clock.now.offset < .seconds(100))
        }
    }

    @Test(
        "a free slot that gets nothing is noticed beside one that is busy, whose task has one effect"
    )
    func halfForgotten() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            bench.warehouse.setBehaviour { task, _ in
                .init(stepTime: task == tasks[0] ? .seconds(60) : .seconds(1))
            }
            let receiver = InMemoryTaskReceiver(bench.broker, slots: 2)
            let worker = bench.worker(slots: 2, receiver: receiver)
            try await bench.run(worker) {
                bench.inject(tasks[0])
                try await simulation.clock.sleep(for: .seconds(30))
                receiver.mute()
                for task in tasks[1...] { bench.inject(task) }
                try await simulation.clock.sleep(for: .seconds(90))
                #expect(worker.metrics.stalls == 1)
                #expect(tasks[1...].allSatisfy { bench.warehouse.row($0)?.state == .done })
                #expect(bench.warehouse.row(tasks[0])?.state != .done)
                try await bench.emptied()
            }
            #expect(tasks.allSatisfy { bench.warehouse.row($0)?.effects == 1 })
        }
    }

    @Test("a pool whose share of the slots is used up is not suspected, although a slot is free")
    func shares() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(60)) }
            let tasks = try await bench.makeLoad(2)
            let pools = ["default", "heavy"]
            let receiver = InMemoryTaskReceiver(bench.broker, slots: 2, pools: pools)
            let worker = bench.worker(slots: 2, receiver: receiver)
            try await bench.run(worker) {
                for task in tasks { bench.inject(task) }
                try await simulation.clock.sleep(for: .seconds(150))
                #expect(worker.metrics.busySlots == 1)
                try await bench.emptied()
            }
            #expect(worker.metrics.stalls == 0)
            #expect(worker.metrics.results == [.loaded: 2])
        }
    }

    @Test("of several pools the one is noticed of which nothing comes, however busy the others are")
    func oneOfSeveral() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(1)) }
            let tasks = try await bench.makeLoad(61)
            let pools = ["default", "heavy"]
            let receiver = InMemoryTaskReceiver(bench.broker, slots: 2, pools: pools)
            let worker = bench.worker(slots: 2, receiver: receiver)
            try await bench.run(worker) {
                receiver.mute("heavy")
                bench.inject(tasks[60], pool: "heavy")
                for task in tasks[..<60] { bench.inject(task) }
                try await simulation.clock.sleep(for: .seconds(60))
                #expect(worker.metrics.stalls == 1)
                #expect(bench.warehouse.row(tasks[60])?.state == .done)
                #expect(bench.warehouse.row(tasks[59])?.state != .done)
                try await bench.emptied()
            }
            #expect(tasks.allSatisfy { bench.warehouse.row($0)?.effects == 1 })
        }
    }

    @Test("a worker whose queue is empty, or that is busy, is not suspected")
    func notForgotten() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(30)) }
            let tasks = try await bench.makeLoad(3)
            let worker = bench.worker()
            try await bench.run(worker) {
                try await simulation.clock.sleep(for: .seconds(300))
                for task in tasks { bench.inject(task) }
                try await bench.emptied()
            }
            #expect(worker.metrics.stalls == 0)
        }
    }
}
