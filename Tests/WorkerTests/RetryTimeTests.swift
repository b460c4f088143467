import Planning
import Synchronization
import TestSupport
import Testing
import Worker

@Suite("An attempt before its time") struct RetryTimeTests {
    private let failure = TaskFailure(
        code: "source.missing",
        message: "the source is down",
        isRetryable: true
    )

    @Test(
        "ten messages of each task and a source that is down for 100 seconds: everything is loaded"
    )
    func tenMessages() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let isBack = simulation.clock.now.advanced(by: .seconds(100))
            bench.warehouse.setBehaviour { [failure] _, _ in
                .init(failure: simulation.clock.now < isBack ? failure : nil)
            }
            let tasks = try await bench.makeLoad(3)
            for task in tasks { for _ in 0..<10 { bench.inject(task) } }
            let worker = bench.worker(slots: 4)
            try await bench.drain(worker)
            for task in tasks {
                let row = bench.warehouse.row(task)
                #expect(row?.state == .done)
                #expect(row?.attempts == 5)
            }
            #expect(bench.warehouse.violations.isEmpty)
            #expect(bench.broker.setAside.isEmpty)
        }
    }

    @Test("of many messages that come too early one goes back; the others are of no use")
    func parked() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let failure = failure
            bench.warehouse.setBehaviour { _, attempt in .init(failure: attempt < 3 ? failure : nil)
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            try await bench.run(worker) {
                // Within the five seconds after the second failure.
                while bench.warehouse.row(task)?.failures != 2 {
                    try await simulation.clock.sleep(for: .milliseconds(100))
                }
                for _ in 0..<20 { bench.inject(task) }
                try await bench.emptied()
            }
            #expect(worker.metrics.results[.early, default: 0] >= 1)
            #expect(worker.metrics.results[.redundant, default: 0] >= 15)
            #expect(worker.metrics.results[.loaded] == 1)
            #expect(bench.warehouse.row(task)?.attempts == 3)
        }
    }

    @Test(
        "what the fleet's own servers end is not counted, however often, and the session is given up"
    )
    func outages() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let trouble = TaskFailure(
                code: "postgres.57P01",
                message: "terminating connection due to administrator command",
                isRetryable: true,
                origin: .servers
            )
            bench.warehouse.setBehaviour { _, attempt in
                .init(failure: attempt <= 30 ? trouble : nil)
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.interrupted: 30, .loaded: 1])
            #expect(bench.broker.retries == [.second: 1, .fiveSeconds: 2, .halfMinute: 27])
            let row = bench.warehouse.row(task)
            #expect(row?.failures == 0)
            #expect(row?.outages == 30)
            // Each of those sessions was closed, so that others could have it.
            #expect(bench.connections.withLock { $0.count } == 31)
            #expect(bench.connections.withLock { $0.allSatisfy(\.isClosed) })
        }
    }
}
