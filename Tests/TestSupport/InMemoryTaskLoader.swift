public import Planning
import Synchronization

/// The twin of a slot's connection to the warehouse.
public final class InMemoryTaskLoader: TaskLoader {
    private let warehouse: InMemoryWarehouse
    private let process: FakeProcess
    private let fleet: String
    private let connection = Mutex((isUsable: true, isClosed: false))
    private static let work: [Step] = [
        .opened, .extracting, .copying, .copied, .swapped, .recorded,
    ]

    /// A connection of `process`, which is of `fleet`.
    public init(
        _ warehouse: InMemoryWarehouse,
        process: FakeProcess = FakeProcess("loader"),
        fleet: String = "longshore"
    ) {
        self.warehouse = warehouse
        self.process = process
        self.fleet = fleet
    }

    /// Whether the connection works.
    public var isUsable: Bool { get async { connection.withLock { $0.isUsable } } }

    /// Whether it was closed.
    public var isClosed: Bool { connection.withLock { $0.isClosed } }

    /// Breaks the connection: this loader is of no use any more.
    public func breakConnection() { connection.withLock { $0.isUsable = false } }

    /// Closes the connection.
    public func close() async { connection.withLock { $0 = (false, true) } }

    /// Tries a task once.
    public func perform(
        _ task: LoadTaskID,
        by worker: String,
        observer: any StepObserver
    ) async -> TaskOutcome {
        guard await process.reaches(.warehouse) else {
            breakConnection()
            return process.isDead ? .cancelled : .retryable(.unreachable)
        }
        switch warehouse.begin(task, by: fleet) {
        case .refused(let outcome):
            if outcome == .retryable(.unreachable) { breakConnection() }
            return outcome
        case .attempt(let attempt, let behaviour):
            process.onDeath { [warehouse] in warehouse.breakConnection(task, attempt: attempt) }
            process.onReachability(of: .warehouse) { [warehouse] isReachable in
                if !isReachable { warehouse.breakConnection(task, attempt: attempt) }
            }
            return await run(task, attempt, behaviour, observer)
        }
    }

    private func run(
        _ task: LoadTaskID,
        _ attempt: Int,
        _ behaviour: InMemoryWarehouse.Behaviour,
        _ observer: any StepObserver
    ) async -> TaskOutcome {
        let faults = warehouse.state.withLock { $0.faults }
        observer.reached(.begun)
        if let limits = behaviour.limits { observer.began("table", of: "pipeline", within: limits) }
        for step in Self.work {
            if step == .extracting { observer.waits(forSource: true) }
            defer { if step == .extracting { observer.waits(forSource: false) } }
            guard await pause(behaviour) else {
                warehouse.rollBack(task, attempt: attempt)
                return .cancelled
            }
            observer.reached(step)
            observer.progressed(rows: 10, bytes: 1000)
        }
        if let failure = behaviour.failure ?? failure(faults) {
            warehouse.rollBack(task, attempt: attempt)
            return failure.isRetryable ? .retryable(failure) : .failed(failure)
        }
        warehouse.startCommit(task, attempt: attempt)
        observer.reached(.committing)
        let isCommitted = warehouse.commit(task, attempt: attempt)
        guard isCommitted, !warehouse.dice.happens(faults.lostCommitReplies) else {
            breakConnection()
            return .retryable(.unreachable)
        }
        observer.reached(.committed)
        return .loaded(RowCounts(read: 60, loaded: 60))
    }

    /// Lets time pass; `false` when the process died, or the attempt was cancelled and cares.
    private func pause(_ behaviour: InMemoryWarehouse.Behaviour) async -> Bool {
        if behaviour.stepTime == .zero {
            await Task.yield()
        } else if behaviour.ignoresCancellation {
            await withCheckedContinuation { wakeUp in
                warehouse.clock.schedule(after: behaviour.stepTime) { wakeUp.resume() }
            }
        } else {
            do {
                try await warehouse.clock.sleep(for: behaviour.stepTime)
            } catch {
                return false
            }
        }
        await process.untilThawed()
        return !process.isDead
    }

    private func failure(_ faults: InMemoryWarehouse.Faults) -> TaskFailure? {
        guard warehouse.dice.happens(faults.failedAttempts) else { return nil }
        return TaskFailure(code: "source.slow", message: "the source was slow", isRetryable: true)
    }

    /// Records a failed attempt.
    public func record(
        _ failure: TaskFailure,
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict {
        try await call {
            warehouse.record(failure, of: task) { row in
                if failure.origin == .servers {
                    row.outages += 1
                    return policy.tier(afterOutages: row.outages)
                }
                if let absence = failure.absence {
                    return warehouse.count(absence, &row, policy.patience)
                }
                (row.absences, row.absentSince) = (0, nil)
                row.failures += 1
                return failure.isRetryable ? policy.tier(afterFailures: row.failures) : nil
            }
        }
    }

    /// Records the death of a worker.
    public func recordCrash(
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict? {
        let failure = TaskFailure(code: "worker.crashed", message: "it died", isRetryable: true)
        return try await call {
            guard warehouse.hasDied(in: task) else { return nil }
            return warehouse.record(failure, of: task) { row in
                row.crashes += 1
                return policy.tier(afterCrashes: row.crashes)
            }
        }
    }

    private func call<Verdict>(_ body: () -> Verdict) async throws -> Verdict {
        try await process.reach(.warehouse)
        let isUsable = connection.withLock { $0.isUsable }
        let isDown = warehouse.state.withLock { $0.isDown }
        guard isUsable && !isDown else {
            breakConnection()
            throw TwinError(description: "the warehouse cannot be reached")
        }
        try warehouse.state.withLock { try $0.refuseOlderPrograms() }
        return body()
    }
}

extension InMemoryWarehouse {
    /// Counts an attempt that did not find its source; `nil` when that is a failure now.
    fileprivate func count(
        _ absence: Absence,
        _ row: inout TaskRow,
        _ patience: SourcePatience
    ) -> RetryTier? {
        let since = row.absentSince ?? clock.now
        row.absentSince = since
        row.absences += 1
        let waited = since.duration(to: clock.now)
        let tier = patience.tier(after: row.absences, waited: waited, of: absence)
        if tier == nil { row.failures += 1 }
        return tier
    }

    private func delay(of failure: TaskFailure, in tier: RetryTier, _ row: TaskRow) -> Duration {
        guard let absence = failure.absence, let since = row.absentSince else { return tier.delay }
        return SourcePatience().delay(of: absence, in: tier, waited: since.duration(to: clock.now))
    }

    /// Whether an attempt has begun that did not end and does not hold the task.
    fileprivate func hasDied(in id: LoadTaskID) -> Bool {
        guard let row = row(id) else { return false }
        return row.isBegun && row.holder == nil && !row.state.isFinal
    }

    /// Records a failure of a task that nobody holds; `count` counts it and says when to try again.
    fileprivate func record(
        _ failure: TaskFailure,
        of id: LoadTaskID,
        count: (inout TaskRow) -> RetryTier?
    ) -> FailureVerdict {
        state.withLock { state in
            guard var row = state.loads[id.load]?.tasks[id.ordinal] else { return .settled }
            guard !row.state.isFinal else { return .settled }
            guard row.holder == nil else { return .retry(.second) }
            let tier = count(&row)
            row.lastFailure = failure
            row.retryAt =
                tier.map { clock.now.advanced(by: delay(of: failure, in: $0, row)) } ?? row.retryAt
            row.parkedUntil = nil
            row.isBegun = false
            if tier == nil { row.state = .failed }
            state.loads[id.load]?.tasks[id.ordinal] = row
            return tier.map { .retry($0) } ?? .final
        }
    }
}
