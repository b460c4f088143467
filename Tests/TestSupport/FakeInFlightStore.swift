public import Planning
import Synchronization

/// A minimal store of what is in flight, with leases that expire; it can vanish and be forgotten.
public final class FakeInFlightStore: InFlightStore {
    private struct Lease {
        var owner: String
        var expiry: TestClock.Instant
    }

    private struct State {
        var isGone = false
        var leases: [LoadTaskID: Lease] = [:]
        var done: Set<LoadTaskID> = []
        var progress: [LoadTaskID: InFlightProgress] = [:]
        var workers: [String: WorkerPresence] = [:]
        var renewals = 0
    }

    private let state = Mutex(State())
    private let clock: TestClock
    private let lifetime: Duration

    /// An empty store whose leases last 30 s.
    public init(clock: TestClock, lifetime: Duration = .seconds(30)) {
        self.clock = clock
        self.lifetime = lifetime
    }

    /// The tasks that somebody holds.
    public var held: Set<LoadTaskID> {
        state.withLock { state in
            Set(state.leases.filter { $0.value.expiry > clock.now }.keys)
        }
    }
    /// How often a lease was renewed.
    public var renewals: Int { state.withLock { $0.renewals } }
    /// The tasks marked done.
    public var done: Set<LoadTaskID> { state.withLock { $0.done } }

    /// While it is gone, it answers what a store answers that cannot be reached.
    public func setGone(_ isGone: Bool) { state.withLock { $0.isGone = isGone } }

    /// Forgets everything.
    public func flush() {
        state.withLock { state in
            state = State(isGone: state.isGone)
        }
    }

    /// Marks a task as done, truly or not.
    public func markDone(_ task: LoadTaskID) { state.withLock { _ = $0.done.insert(task) } }

    /// Takes the lease.
    public func claim(_ task: LoadTaskID, owner: String) async -> Claim {
        state.withLock { state in
            guard !state.isGone else { return .taken }
            guard !state.done.contains(task) else { return .done }
            if let lease = state.leases[task], lease.expiry > clock.now, lease.owner != owner {
                return .held(by: lease.owner)
            }
            state.leases[task] = Lease(owner: owner, expiry: clock.now.advanced(by: lifetime))
            return .taken
        }
    }

    /// Extends the lease.
    public func renew(_ task: LoadTaskID, owner: String) async -> Bool {
        state.withLock { state in
            guard !state.isGone, state.leases[task]?.owner == owner else { return false }
            state.leases[task]?.expiry = clock.now.advanced(by: lifetime)
            state.renewals += 1
            return true
        }
    }

    /// Ends the lease.
    public func release(_ task: LoadTaskID, owner: String, isDone: Bool) async {
        state.withLock { state in
            guard !state.isGone else { return }
            if state.leases[task]?.owner == owner { state.leases[task] = nil }
            if isDone { state.done.insert(task) }
        }
    }

    /// Adds to the task's progress.
    public func report(_ task: LoadTaskID, rows: Int, bytes: Int) async {
        state.withLock { state in
            var progress = state.progress[task] ?? InFlightProgress(rows: 0, bytes: 0)
            progress.rows += rows
            progress.bytes += bytes
            if !state.isGone { state.progress[task] = progress }
        }
    }

    /// The load's progress.
    public func progress(ofLoad load: Int64) async -> [Int: InFlightProgress] {
        state.withLock { state in
            let ofLoad = state.progress.filter { $0.key.load == load }
            return Dictionary(uniqueKeysWithValues: ofLoad.map { ($0.key.ordinal, $0.value) })
        }
    }

    /// Remembers a worker.
    public func register(_ worker: WorkerPresence) async {
        state.withLock { $0.workers[worker.name] = worker }
    }

    /// The workers that ever registered.
    public func workers() async -> [WorkerPresence] {
        state.withLock { $0.workers.values.sorted { $0.name < $1.name } }
    }
}

/// A store as a process reaches it: when the process is dead its calls have no effect.
public struct InFlightStoreOfProcess: InFlightStore {
    private let store: any InFlightStore
    private let process: FakeProcess

    /// `store` as `process` reaches it.
    public init(_ store: any InFlightStore, process: FakeProcess) {
        self.store = store
        self.process = process
    }

    /// Claims while alive.
    public func claim(_ task: LoadTaskID, owner: String) async -> Claim {
        process.isDead ? .taken : await store.claim(task, owner: owner)
    }

    /// Renews while alive.
    public func renew(_ task: LoadTaskID, owner: String) async -> Bool {
        process.isDead ? false : await store.renew(task, owner: owner)
    }

    /// Releases while alive.
    public func release(_ task: LoadTaskID, owner: String, isDone: Bool) async {
        if !process.isDead { await store.release(task, owner: owner, isDone: isDone) }
    }

    /// Reports while alive.
    public func report(_ task: LoadTaskID, rows: Int, bytes: Int) async {
        if !process.isDead { await store.report(task, rows: rows, bytes: bytes) }
    }

    /// Reads.
    public func progress(ofLoad load: Int64) async -> [Int: InFlightProgress] {
        await store.progress(ofLoad: load)
    }

    /// Registers while alive.
    public func register(_ worker: WorkerPresence) async {
        if !process.isDead { await store.register(worker) }
    }

    /// Reads.
    public func workers() async -> [WorkerPresence] { await store.workers() }
}
