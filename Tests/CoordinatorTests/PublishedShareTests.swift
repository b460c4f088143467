import Coordinator
import Pipelines
import Planning
import TestSupport
import Testing

/// A load of twelve facts whose workers have two slots: it has three tasks published at a time.
@Suite("What takes no place among published tasks")
struct PublishedShareTests {
    private static let pipeline = SamplePipelines.pipeline(
        facts: (1...12).map { SamplePipelines.fact("f\($0)", isPerPeriod: false) }
    )

    private static func bench(_ simulation: Simulation) async -> CoordinatorBench {
        let bench = CoordinatorBench(simulation)
        await bench.inFlight.register(
            WorkerPresence(name: "w", slots: 2, pools: ["default"], running: [])
        )
        return bench
    }

    /// Coordinates a load beside `body`, until the load is over.
    private static func run(
        _ bench: CoordinatorBench,
        _ body: @escaping @Sendable (_ load: Int64) async throws -> Void
    ) async throws {
        let load = try await bench.makeLoad(of: pipeline, months: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let result = try await bench.coordinate(load)
                #expect(result == .ended(.loaded))
            }
            group.addTask { try await body(load) }
            try await group.waitForAll()
        }
        #expect(bench.warehouse.violations.isEmpty)
    }

    @Test("tasks that wait for their next attempt: others are published meanwhile")
    func resting() async throws {
        try await Simulation.run { simulation in
            let bench = await Self.bench(simulation)
            let failure = TaskFailure(code: "source.down", message: "down", isRetryable: true)
            bench.warehouse.setBehaviour { task, attempt in
                .init(failure: task.ordinal < 3 && attempt <= 3 ? failure : nil)
            }
            try await Self.run(bench) { load in
                try await bench.withWorker {
                    // The third attempt of the first ones is over, the next one due in half a minute.
                    try await bench.clock.sleep(for: .seconds(25))
                    let states = bench.warehouse.rows(ofLoad: load).map(\.state)
                    #expect(states.prefix(3).allSatisfy { $0 == .published })
                    #expect(states.dropFirst(3).allSatisfy { $0 == .done })
                    try await bench.clock.sleep(for: .seconds(60))
                }
            }
        }
    }

    @Test("tasks that are paused: as many others are published in their place")
    func paused() async throws {
        try await Simulation.run { simulation in
            let bench = await Self.bench(simulation)
            try await Self.run(bench) { load in
                try await bench.clock.sleep(for: .seconds(5))
                #expect(bench.broker.publishedCount == 3)
                for task in 0..<3 { bench.warehouse.pause(load, task: task, .afterRunning) }
                try await bench.clock.sleep(for: .seconds(5))
                #expect(bench.broker.publishedCount == 6)
                bench.warehouse.resume(load)
                try await bench.withWorker { try await bench.clock.sleep(for: .seconds(90)) }
            }
        }
    }
}
