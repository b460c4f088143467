public import Planning

/// A store as a process reaches it: when it cannot, its calls have no effect.
public struct InFlightStoreOfProcess: InFlightStore {
    private let store: any InFlightStore
    private let process: FakeProcess

    private var reaches: Bool { get async { await process.reaches(.cache) } }

    /// `store` as `process` reaches it.
    public init(_ store: any InFlightStore, process: FakeProcess) {
        self.store = store
        self.process = process
    }

    /// Claims when it can.
    public func claim(_ task: LoadTaskID, owner: String) async -> Claim {
        await reaches ? await store.claim(task, owner: owner) : .taken
    }

    /// Renews when it can.
    public func renew(_ task: LoadTaskID, owner: String) async -> Bool {
        await reaches ? await store.renew(task, owner: owner) : !process.isDead
    }

    /// Releases when it can.
    public func release(_ task: LoadTaskID, owner: String, isDone: Bool) async {
        if await reaches { await store.release(task, owner: owner, isDone: isDone) }
    }

    /// Reports when it can.
    public func report(
        _ task: LoadTaskID,
        rows: Int,
        bytes: Int,
        of inputs: ExpectedInputs?
    ) async {
        if await reaches { await store.report(task, rows: rows, bytes: bytes, of: inputs) }
    }

    /// Reads.
    public func progress(ofLoad load: Int64) async -> [Int: InFlightProgress] {
        await reaches ? await store.progress(ofLoad: load) : [:]
    }

    /// Registers when it can.
    public func register(_ worker: WorkerPresence) async {
        if await reaches { await store.register(worker) }
    }

    /// Deregisters when it can.
    public func deregister(_ worker: String) async {
        if await reaches { await store.deregister(worker) }
    }

    /// Reads.
    public func workers() async -> [WorkerPresence] { await reaches ? await store.workers() : [] }

    /// Signals when it can.
    public func signalOrder() async {
        if await reaches { await store.signalOrder() }
    }

    /// Reads.
    public func orderSignal() async -> Int? { await reaches ? await store.orderSignal() : nil }

    /// Reads.
    public func holder(of task: LoadTaskID) async -> String? {
        await reaches ? await store.holder(of: task) : nil
    }
}

extension InMemoryInFlightStore {
    /// A store whose entries expire by `clock`.
    public convenience init(clock: TestClock) {
        let start = ContinuousClock.now
        self.init(now: { start + clock.now.offset })
    }
}
