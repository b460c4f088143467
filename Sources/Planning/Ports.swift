/// Publishes tasks and events; each call returns when the broker has confirmed all of it.
public protocol TaskPublisher: Sendable {
    /// Puts tasks into the queues of their pools.
    func publish(_ messages: [TaskMessage]) async throws
    /// Puts a task into a retry queue, from which it returns to its pool after the tier's delay.
    func publish(_ message: TaskMessage, after tier: RetryTier) async throws
    /// Sets a task aside for people.
    func setAside(_ message: TaskMessage, failure: TaskFailure) async throws
    /// Tells coordinators that a task's state has changed. Best effort: events are hints.
    func announce(_ event: TaskEvent) async
    /// How often the connection was lost, or given up because nothing was confirmed.
    var losses: Int { get }
}

extension TaskPublisher {
    /// None: of a publisher without a connection.
    public var losses: Int { 0 }
}

/// Takes tasks from the queue of one pool or several.
public protocol TaskReceiver: Sendable {
    /// Deliveries, at most as many at a time as the receiver has slots; ends after ``stop()``.
    var deliveries: AsyncStream<TaskDelivery> { get }
    /// Tells the broker that the delivery is settled.
    func acknowledge(_ receipt: TaskDelivery.Receipt) async
    /// Gives the delivery back to the queue.
    func giveBack(_ receipt: TaskDelivery.Receipt) async
    /// Takes no more deliveries; those in hand can still be settled.
    func stop() async
    /// How many deliveries it takes at a time from each of its pools.
    var shares: [String: Int] { get }
    /// How many messages each of its pools has that no consumer has; `nil` when that cannot be known.
    func backlog() async -> [String: Int]?
    /// Gives the connection up and makes another; what is not settled is delivered again.
    func reconnect() async
    /// Whether it has a connection now, as far as it knows.
    var isConnected: Bool { get }
}

extension TaskReceiver {
    /// None: of a receiver that cannot tell.
    public var shares: [String: Int] { [:] }
    /// `nil`: of a receiver that cannot look.
    public func backlog() async -> [String: Int]? { nil }
    /// Nothing: of a receiver without a connection.
    public func reconnect() async {}
    /// `true`: of a receiver without a connection.
    public var isConnected: Bool { true }
}

/// Hears the events of workers.
public protocol EventReceiver: Sendable {
    /// Events as they arrive; some may be lost or doubled.
    var events: AsyncStream<TaskEvent> { get }
}

/// What is in flight: all of it may vanish at any moment without harm.
public protocol InFlightStore: Sendable {
    /// Takes the lease of a task for `owner`, unless another holds it or it is marked done.
    ///
    /// A lease that `owner` holds already is extended; a fresh one begins the task's progress anew.
    /// When the store cannot be reached the answer is `.taken`: the ledger decides anyway.
    func claim(_ task: LoadTaskID, owner: String) async -> Claim
    /// Extends the lease; `false` when another holds it or the task is marked done.
    ///
    /// A lease that vanished, because the store lost it or it expired, is taken again. When the store
    /// cannot be reached the answer is `true`.
    func renew(_ task: LoadTaskID, owner: String) async -> Bool
    /// Gives the lease up if `owner` holds it, and marks the task done when it is.
    ///
    /// It does so also when the calling task is cancelled.
    func release(_ task: LoadTaskID, owner: String, isDone: Bool) async
    /// Adds to the rows and bytes of a running task, for progress displays, and says what it will read where that is
    /// known. An attempt that begins once more takes back what it has told.
    func report(_ task: LoadTaskID, rows: Int, bytes: Int, of inputs: ExpectedInputs?) async
    /// Rows and bytes so far of every task of a load that reported.
    func progress(ofLoad load: Int64) async -> [Int: InFlightProgress]
    /// Says that a worker is alive; forgotten after 30 s.
    func register(_ worker: WorkerPresence) async
    /// Says that a worker is no more, so that it is forgotten at once.
    ///
    /// It does so also when the calling task is cancelled.
    func deregister(_ worker: String) async
    /// The workers that are alive.
    func workers() async -> [WorkerPresence]
    /// Tells workers that the ledger has a new order about running tasks, so that they look at once.
    func signalOrder() async
    /// A number that changes with every ``signalOrder()``; `nil` when the store cannot be reached.
    func orderSignal() async -> Int?
    /// Who holds a task's lease; `nil` when nobody does, or when the store cannot be reached.
    func holder(of task: LoadTaskID) async -> String?
    /// How many calls the server has failed.
    var failures: Int { get }
}

extension InFlightStore {
    /// Adds to the rows and bytes of a task of which nobody knows what it will read.
    public func report(_ task: LoadTaskID, rows: Int, bytes: Int) async {
        await report(task, rows: rows, bytes: bytes, of: nil)
    }
    /// Nothing: of a store that passes no signals on; workers then ask the ledger by themselves.
    public func signalOrder() async {}
    /// `nil`: of a store that passes no signals on.
    public func orderSignal() async -> Int? { nil }
    /// `nil`: of a store that does not tell.
    public func holder(of task: LoadTaskID) async -> String? { nil }
    /// None: of a store without a server.
    public var failures: Int { 0 }
}

/// The answer to a claim.
public enum Claim: Sendable, Hashable {
    /// The caller may go on.
    case taken
    /// Another attempt holds the task.
    case held(by: String)
    /// The task is known to be done.
    case done
}

/// How far a running task is.
public struct InFlightProgress: Sendable, Hashable, Codable {
    /// Rows read so far.
    public var rows: Int
    /// Bytes read so far.
    public var bytes: Int
    /// What it will read, where that is known.
    public var expected: ExpectedInputs?

    /// Creates a reading.
    public init(rows: Int, bytes: Int, expected: ExpectedInputs? = nil) {
        self.rows = rows
        self.bytes = bytes
        self.expected = expected
    }

    /// The part of its bytes that it has read, 0 to 1; `nil` where nobody knows how many they are.
    public var share: Double? {
        expected?.bytes.flatMap { $0 > 0 ? min(Double(bytes) / Double($0), 1) : nil }
    }
}

/// A worker as the fleet sees it.
public struct WorkerPresence: Sendable, Hashable, Codable {
    /// Its name: host, process and a random part.
    public var name: String
    /// How many load tasks it can run at a time.
    public var slots: Int
    /// The pools that it takes tasks from; `nil` of a version that does not tell.
    public var pools: [String]?
    /// The slots that it has for each of its pools; `nil` of a version that does not tell.
    public var shares: [String: Int]?
    /// The tasks that it runs now.
    public var running: [LoadTaskID]
    /// The version of its program; `nil` of one that does not tell.
    public var version: String?
    /// What it has done since it started; `nil` of a version that does not tell.
    public var metrics: WorkerMetrics?

    /// Creates a presence.
    public init(
        name: String,
        slots: Int,
        pools: [String]? = nil,
        shares: [String: Int]? = nil,
        running: [LoadTaskID],
        version: String? = ProgramVersion.current,
        metrics: WorkerMetrics? = nil
    ) {
        self.name = name
        self.slots = slots
        self.pools = pools
        self.shares = shares
        self.running = running
        self.version = version
        self.metrics = metrics
    }
}
