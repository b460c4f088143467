public import Planning
internal import Synchronization

/// The in-memory twin of the store in Redis, with a clock that a test can own.
public final class InMemoryInFlightStore: InFlightStore {
    private struct State {
        var leases: [LoadTaskID: (owner: String, expiry: ContinuousClock.Instant)] = [:]
        var doneMarks: [LoadTaskID: ContinuousClock.Instant] = [:]
        var progress: [LoadTaskID: InFlightProgress] = [:]
        var workers: [String: (presence: WorkerPresence, expiry: ContinuousClock.Instant)] = [:]
        var signal = 0
        var isReachable = true

        mutating func forgetExpired(at now: ContinuousClock.Instant) {
            leases = leases.filter { now < $0.value.expiry }
            doneMarks = doneMarks.filter { now < $0.value }
            workers = workers.filter { now < $0.value.expiry }
        }

        mutating func erase() {
            leases = [:]
            doneMarks = [:]
            progress = [:]
            workers = [:]
            signal = 0
        }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> ContinuousClock.Instant
    private let lease: Duration
    private let doneMark: Duration
    private let presence: Duration

    /// Creates an empty store; `now` tells the time by which its entries expire.
    public init(
        lease: Duration = .seconds(30),
        doneMark: Duration = .seconds(3600),
        presence: Duration = .seconds(30),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.lease = lease
        self.doneMark = doneMark
        self.presence = presence
        self.now = now
    }

    /// The tasks whose lease somebody holds.
    public var held: Set<LoadTaskID> {
        access(otherwise: []) { state, _ in Set(state.leases.keys) }
    }

    /// The tasks that are marked done.
    public var done: Set<LoadTaskID> {
        access(otherwise: []) { state, _ in Set(state.doneMarks.keys) }
    }

    /// Forgets everything, as FLUSHALL does.
    public func erase() {
        state.withLock { $0.erase() }
    }

    /// Forges a lease that never ends, as an older program or a person may leave it.
    public func forgeLease(on task: LoadTaskID, owner: String) {
        access(otherwise: ()) { state, now in
            state.leases[task] = (owner, now + .seconds(86_400 * 365))
        }
    }

    /// Makes every call fail the way it does when Redis is gone, until it is set back.
    public func setReachable(_ isReachable: Bool) {
        state.withLock { $0.isReachable = isReachable }
    }

    /// Takes a task's lease; a fresh one begins the task's progress anew.
    public func claim(_ task: LoadTaskID, owner: String) async -> Claim {
        access(otherwise: .taken) { state, now in
            if state.doneMarks[task] != nil { return .done }
            if let holder = state.leases[task] {
                guard holder.owner == owner else {
                    // It has no end, or a later one than a lease can have.
                    if holder.expiry > now + lease {
                        state.leases[task] = (holder.owner, now + lease)
                    }
                    return .held(by: holder.owner)
                }
            } else {
                state.progress[task] = nil
            }
            state.leases[task] = (owner, now + lease)
            return .taken
        }
    }

    /// Extends a lease; one that vanished is taken again unless the task is done.
    public func renew(_ task: LoadTaskID, owner: String) async -> Bool {
        access(otherwise: true) { state, now in
            let holder = state.leases[task]?.owner
            guard holder == owner || (holder == nil && state.doneMarks[task] == nil) else {
                return false
            }
            state.leases[task] = (owner, now + lease)
            return true
        }
    }

    /// Gives a lease up and marks the task done when it is.
    public func release(_ task: LoadTaskID, owner: String, isDone: Bool) async {
        access(otherwise: ()) { state, now in
            if state.leases[task]?.owner == owner { state.leases[task] = nil }
            if isDone { state.doneMarks[task] = now + doneMark }
        }
    }

    /// Adds to a task's rows and bytes.
    public func report(
        _ task: LoadTaskID,
        rows: Int,
        bytes: Int,
        of inputs: ExpectedInputs?
    ) async {
        access(otherwise: ()) { state, _ in
            let before = state.progress[task] ?? InFlightProgress(rows: 0, bytes: 0)
            state.progress[task] = InFlightProgress(
                rows: before.rows + rows,
                bytes: before.bytes + bytes,
                expected: inputs ?? before.expected
            )
        }
    }

    /// Rows and bytes of a load's tasks.
    public func progress(ofLoad load: Int64) async -> [Int: InFlightProgress] {
        access(otherwise: [:]) { state, _ in
            let entries = state.progress.lazy.filter { $0.key.load == load }
            return Dictionary(uniqueKeysWithValues: entries.map { ($0.key.ordinal, $0.value) })
        }
    }

    /// Writes a worker's presence.
    public func register(_ worker: WorkerPresence) async {
        access(otherwise: ()) { state, now in
            state.workers[worker.name] = (worker, now + presence)
        }
    }

    /// Takes a worker's presence away.
    public func deregister(_ worker: String) async {
        access(otherwise: ()) { state, _ in state.workers[worker] = nil }
    }

    /// The workers whose presence has not expired, by name.
    public func workers() async -> [WorkerPresence] {
        access(otherwise: []) { state, _ in
            state.workers.values.map(\.presence).sorted { $0.name < $1.name }
        }
    }

    /// Changes the signal.
    public func signalOrder() async {
        access(otherwise: ()) { state, _ in state.signal += 1 }
    }

    /// The signal.
    public func orderSignal() async -> Int? {
        access(otherwise: nil) { state, _ in state.signal }
    }

    /// Who holds a lease.
    public func holder(of task: LoadTaskID) async -> String? {
        access(otherwise: nil) { state, _ in state.leases[task]?.owner }
    }

    private func access<Answer: Sendable>(
        otherwise fallback: Answer,
        _ body: (inout State, ContinuousClock.Instant) -> Answer
    ) -> Answer {
        state.withLock { state in
            guard state.isReachable else { return fallback }
            let now = now()
            state.forgetExpired(at: now)
            return body(&state, now)
        }
    }
}
