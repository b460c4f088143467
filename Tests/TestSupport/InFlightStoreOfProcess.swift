public import Planning

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

extension InMemoryInFlightStore {
    /// A store whose entries expire by `clock`.
    public convenience init(clock: TestClock) {
        let start = ContinuousClock.now
        self.init(now: { start + clock.now.offset })
    }
}
