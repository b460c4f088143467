import Foundation
import Planning
import Postgres

/// One case, from the first process to the last check.
struct CaseRun: Sendable {
    static let periods = "2024-01..2024-06"
    /// A load that takes longer has not recovered.
    private static let patience = Duration.seconds(240)

    let torture: TortureCase
    let arena: Arena
    /// What an undisturbed load left; `nil` while there is none to compare with.
    let baseline: Baseline?

    func run() async -> Verdict {
        let start = ContinuousClock.now
        var violations: [String] = []
        var recovery = Duration.zero
        do {
            (recovery, violations) = try await loadBeforeReader()
            violations += await arena.crew.stop()
            violations += try await Invariants(arena: arena, baseline: baseline).violations()
        } catch {
            violations.append("\(error)")
            _ = await arena.crew.stop(within: .seconds(5))
        }
        return Verdict(
            name: torture.name,
            expected: torture.expected,
            violations: violations,
            time: start.duration(to: .now),
            recovery: recovery,
            deaths: await arena.crew.deaths
        )
    }

    /// Loads while a reader polls.
    private func loadBeforeReader() async throws -> (recovery: Duration, complaints: [String]) {
        try await withThrowingTaskGroup(of: [String].self) { group in
            if let baseline {
                let reader = Reader(arena: arena, whole: baseline.periods)
                group.addTask { await reader.watch() }
            }
            let recovery = try await load()
            group.cancelAll()
            return (recovery, try await group.next() ?? [])
        }
    }

    /// - Returns: how long loading went on after the disturbance.
    private func load() async throws -> Duration {
        try await arena.crew.add(.coordinator)
        try await arena.crew.add(.coordinator)
        try await arena.requestLoad(periods: Self.periods)
        try await arena.crew.add(.worker, fault: torture.fault)
        try await arena.crew.add(.worker)
        try await arena.wait(
            within: Self.patience,
            for: "a first task",
            "select count(*) > 0 from longshore.task where state = \(literal: TaskState.done.rawValue)"
        )
        let calm = try await disturb()
        try await arena.wait(
            within: Self.patience,
            for: "the end of the load",
            "select bool_and(state <> \(literal: LoadState.running.rawValue)) from longshore.load"
        )
        let recovery = calm.duration(to: .now)
        // Copies of messages outlive their tasks, for a moment.
        try await arena.waitForEmptyQueues()
        return recovery
    }

    /// Loads again and again while the disturbance lasts, so that none is over before it happened.
    ///
    /// - Returns: the time at which it was over.
    private func disturb() async throws -> ContinuousClock.Instant {
        async let _: Void = arena.keepLoading(periods: Self.periods)
        try await torture.disturb(arena)
        return .now
    }
}
