import Dispatch
import Foundation
import Synchronization

/// Runs code in virtual time on one thread.
///
/// Whenever nothing can run, the clock moves to the next moment at which something is due. A sleep of an hour costs nothing, and the same seed gives the
/// same run, step by step.
///
/// Only child tasks stay on the thread; a `Task { }` leaves it, and time may then pass too early.
public final class Simulation: Sendable {
    /// The virtual time.
    public let clock: TestClock
    /// Luck that comes from the seed.
    public let dice: Dice

    private init(seed: UInt64, clock: TestClock) {
        self.clock = clock
        dice = Dice(seed: seed)
    }

    /// Why a simulation failed.
    public struct Endless: Error, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    /// Runs `body`; with a seed, jobs that could run at the same time run in a random order.
    ///
    /// - Throws: ``Endless`` when `body` is not over after `limit` of virtual time.
    public static func run<Result: Sendable>(
        seed: UInt64? = nil,
        limit: Duration = .seconds(4 * 3600),
        _ body: @escaping @Sendable (Simulation) async throws -> Result
    ) async throws -> Result {
        let clock = TestClock()
        let simulation = Simulation(seed: seed ?? 0, clock: clock)
        let executor = SimulationExecutor(seed: seed, clock: clock)
        defer { executor.end() }
        return try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Result.self) { group in
                group.addTask { try await body(simulation) }
                group.addTask {
                    try await clock.sleep(for: limit)
                    throw Endless(description: "not over after \(limit) of virtual time")
                }
                defer { group.cancelAll() }
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            }
        }
    }
}

/// The thread of a simulation.
private final class SimulationExecutor: TaskExecutor {
    @safe private struct State {
        var jobs: [UnownedJob] = []
        var generator: SeededGenerator?
        var hasEnded = false

        mutating func takeJob() -> UnownedJob? {
            guard !jobs.isEmpty else { return nil }
            guard generator != nil else { return jobs.removeFirst() }
            let index = Int((generator?.next() ?? 0) % UInt64(jobs.count))
            return jobs.remove(at: index)
        }
    }

    private let state: Mutex<State>
    private let arrivals = DispatchSemaphore(value: 0)
    private let clock: TestClock

    init(seed: UInt64?, clock: TestClock) {
        state = Mutex(State(generator: seed.map { SeededGenerator(seed: ~$0) }))
        self.clock = clock
        Thread.detachNewThread { self.runUntilEnded() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        arrivals.signal()
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        arrivals.signal()
    }

    private func runUntilEnded() {
        while true {
            if let job = state.withLock({ $0.takeJob() }) {
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            } else if state.withLock({ $0.hasEnded }) {
                return
            } else if !clock.advanceToNextTimer() {
                arrivals.wait()
            }
        }
    }
}
