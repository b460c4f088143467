import Planning
import Synchronization
import TestSupport
import Testing
import Worker

/// What people order about tasks that run.
@Suite struct OrderTests {
    /// Begins an attempt of a minute, gives an order after two seconds, and tells when the slot was free.
    private func recall(
        _ bench: WorkerBench,
        _ simulation: Simulation,
        redisIsGone: Bool,
        _ order: @escaping @Sendable (LoadTaskID) -> Void
    ) async throws -> (task: LoadTaskID, worker: Worker, freeAfter: Duration) {
        bench.inFlight.setReachable(!redisIsGone)
        bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(10)) }
        let task = try await bench.makeLoad()[0]
        bench.inject(task)
        let worker = bench.worker()
        let freeAfter = Mutex(Duration.zero)
        try await bench.run(worker) {
            try await simulation.clock.sleep(for: .seconds(12))
            order(task)
            await bench.inFlight.signalOrder()
            while worker.metrics.busySlots > 0 {
                try await simulation.clock.sleep(for: .milliseconds(100))
            }
            freeAfter.withLock { $0 = simulation.clock.now.offset - .seconds(12) }
        }
        return (task, worker, freeAfter.withLock { $0 })
    }

    @Test(
        "a running attempt is cancelled within two seconds, with or without Redis",
        arguments: [true, false]
    )
    func cancelled(redisIsGone: Bool) async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let end = try await recall(bench, simulation, redisIsGone: redisIsGone) { task in
                bench.warehouse.cancel(task)
            }
            #expect(end.freeAfter <= .seconds(2))
            #expect(end.worker.metrics.results == [.cancelled: 1])
            #expect(end.worker.metrics.stuckSlots == 0)
            let row = bench.warehouse.row(end.task)
            #expect(row?.state == .cancelled)
            #expect(row?.effects == 0)
            #expect(row?.failures == 0)
            #expect(bench.broker.messageCount == 0)
            #expect(bench.events == [end.task])
        }
    }

    @Test("a load that is cancelled frees the slots that run its tasks")
    func loadCancelled() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let end = try await recall(bench, simulation, redisIsGone: false) { task in
                bench.warehouse.cancel(task.load)
            }
            #expect(end.freeAfter <= .seconds(2))
            #expect(bench.warehouse.row(end.task)?.state == .cancelled)
        }
    }

    @Test("a pause lets running attempts finish, and one that says `now` does not")
    func paused() async throws {
        for pause in [Interventions.Pause.afterRunning, .now] {
            try await Simulation.run { simulation in
                let bench = WorkerBench(simulation)
                let end = try await recall(bench, simulation, redisIsGone: false) { task in
                    bench.warehouse.pause(task.load, pause)
                }
                let row = bench.warehouse.row(end.task)
                #expect(row?.failures == 0)
                if pause == .now {
                    #expect(end.freeAfter <= .seconds(2))
                    #expect(end.worker.metrics.results == [.paused: 1])
                    #expect(bench.broker.retries == [.halfMinute: 1])
                } else {
                    #expect(row?.effects == 1)
                    #expect(end.worker.metrics.results == [.loaded: 1])
                }
            }
        }
    }

    @Test("messages of a paused load come back later, without a hot loop and without an attempt")
    func parked() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            bench.warehouse.pause(tasks[0].load, .afterRunning)
            for task in tasks { bench.inject(task) }
            let worker = bench.worker()
            simulation.clock.schedule(after: .seconds(100)) {
                #expect(worker.metrics.results == [.paused: 12])
                bench.warehouse.resume(tasks[0].load)
            }
            try await bench.drain(worker)
            #expect(tasks.map { bench.warehouse.row($0)?.effects } == [1, 1, 1])
            #expect(tasks.map { bench.warehouse.row($0)?.failures } == [0, 0, 0])
            #expect(simulation.clock.now.offset < .seconds(125))
        }
    }

    @Test("an attempt that a pause has interrupted is made again when the pause is over")
    func madeAgain() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(2)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            simulation.clock.schedule(after: .seconds(3)) {
                bench.warehouse.pause(task.load, task: task.ordinal, .now)
            }
            simulation.clock.schedule(after: .seconds(60)) { bench.warehouse.resume(task.load) }
            try await bench.drain(worker)
            #expect(bench.warehouse.row(task)?.effects == 1)
            #expect(bench.warehouse.row(task)?.failures == 0)
        }
    }
}
