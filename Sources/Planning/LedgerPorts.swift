public import Pipelines

/// Where loads are created.
public protocol LoadCreator: Sendable {
    /// Writes a load, its tasks (all `waiting`) and its claims on periods, in one transaction.
    ///
    /// - Returns: the load's number.
    func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64
}

/// The ledger as a coordinator sees it.
///
/// Every write checks the lease's epoch.
public protocol LoadLedger: Sendable {
    /// The load, or `nil` when the ledger has none of that number.
    ///
    /// - Throws: ``UnreadableDefinition`` when this program cannot read its definition.
    func load(_ load: Int64) async throws -> LoadRecord?
    /// Where the load stands, or `nil` when the ledger has none of that number.
    func state(ofLoad load: Int64) async throws -> LoadState?
    /// Loads that are not final, that nobody coordinates now and that do not rest, oldest first; those
    /// that have rested come last.
    func orphanedLoads() async throws -> [Int64]
    /// Becomes the load's coordinator for `duration`, or `nil` while another one is.
    func acquireLease(
        on load: Int64,
        owner: String,
        for duration: Duration
    ) async throws -> LoadLease?
    /// Stays the coordinator for another `duration`; `false` when another one took over.
    func renew(_ lease: LoadLease, for duration: Duration) async throws -> Bool
    /// Stops being the coordinator, so that another need not wait for the lease to expire.
    func release(_ lease: LoadLease) async throws
    /// Stops being the coordinator of a load for which there is nothing to do: it rests for `duration`,
    /// or until ``wake(_:)`` or an order of people ends that.
    func rest(_ lease: LoadLease, for duration: Duration) async throws
    /// Ends the rest of loads: something has happened that a coordinator has to look at.
    func wake(_ loads: Set<Int64>) async throws
    /// How long it is until one of `tasks` may be tried again, when every one of them failed and waits
    /// for its next attempt; `nil` when one may run now.
    func timeToNextAttempt(ofLoad load: Int64, tasks: [Int]) async throws -> Duration?
    /// Those of a load's published tasks that wait for their time, as the ones that failed do until their next attempt.
    func resting(_ tasks: [Int], ofLoad load: Int64) async throws -> Set<Int>
    /// Says that a coordinator lives and which places it has.
    func note(_ presence: CoordinatorPresence) async throws
    /// Says that the coordinator of that name ends.
    func forget(coordinator name: String) async throws
    /// The state of every task of a load, by ordinal.
    func states(ofLoad load: Int64) async throws -> [TaskState]
    /// The state of some tasks of a load.
    func states(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: TaskState]
    /// Writes that `tasks` are about to be published; rows that an attempt holds are left alone.
    ///
    /// - Returns: `false` when another coordinator took over: publish nothing.
    func markPublished(_ tasks: [Int], lease: LoadLease) async throws -> Bool
    /// The tickets of tasks that are about to be published, by ordinal: who has one may write of its task.
    func tickets(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: String]
    /// Of `tasks`, those published at least `age` ago, not final, and held by no attempt.
    ///
    /// While a failed task waits for its next attempt it is not idle: its age counts from the end of
    /// that delay.
    func idle(_ tasks: [Int], ofLoad load: Int64, since age: Duration) async throws -> [Int]
    /// Writes how the load ended, and that `blocked` tasks will never run.
    ///
    /// - Returns: `false` when another coordinator took over.
    /// - Throws: ``LedgerWentBack`` when it would end as loaded, and some task is not done.
    func finish(_ lease: LoadLease, state: LoadState, blocked: [Int]) async throws -> Bool
    /// Writes that the open tasks of a load cannot be done, save those that an attempt holds; and when none is
    /// open any more, that the load has failed.
    ///
    /// - Returns: where the load stands; `nil` when another coordinator took over.
    func fail(_ lease: LoadLease, with failure: TaskFailure) async throws -> LoadState?
    /// The loads of the load's pipeline that are coordinated now, by their numbers.
    func loads(besideLoad load: Int64) async throws -> [Int64]
    /// What people have ordered about a load.
    func interventions(ofLoad load: Int64) async throws -> Interventions
    /// A number that changes whenever the ledger may have lost what it had confirmed: with each
    /// connection, because a server that commits asynchronously loses the last commits when it crashes.
    var generation: Int { get async }
}

/// Tasks are open that had been done: the ledger went back, as after a crash that lost commits.
public struct LedgerWentBack: Error, Sendable, Hashable, CustomStringConvertible {
    /// The load.
    public var load: Int64

    /// An error.
    public init(load: Int64) {
        self.load = load
    }

    /// What happened and what follows.
    public var description: String {
        "tasks of load \(load) that were done are open in the ledger: it went back, as after a crash "
            + "with `synchronous_commit = off`; they are loaded again"
    }
}

extension LoadLedger {
    /// 0: of a ledger that is never connected anew.
    public var generation: Int { get async { 0 } }

    /// None: of a ledger that lets every worker write of every task.
    public func tickets(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: String] { [:] }

    /// Reads the whole load; a ledger that can answer with less does.
    public func state(ofLoad load: Int64) async throws -> LoadState? {
        try await self.load(load)?.state
    }

    /// The load alone: of a ledger of one load.
    public func loads(besideLoad load: Int64) async throws -> [Int64] { [load] }

    /// Nothing: of a ledger that takes no orders.
    public func interventions(ofLoad load: Int64) async throws -> Interventions { Interventions() }
}

/// What is asked of a load.
public struct LoadRequest: Sendable, Hashable {
    /// The pipeline.
    public var pipeline: Pipeline
    /// The definition it was read from, to be kept in the ledger.
    public var definition: DefinitionBundle
    /// The pipeline's folder, absolute: relative folders of file sources start there.
    public var folder: String
    /// The periods to load, sorted, without doubles.
    public var periods: [Period]
    /// Who asks: user and host.
    public var requestedBy: String
    /// What the ledger must still say of dimensions and periods; `nil` when it does not matter.
    public var plan: PlanFingerprint?
    /// Tables, without their schema, that the pipeline is to have from now on although Longshore has not made
    /// them, or another pipeline had them.
    public var adopted: Set<String>
    /// Whether sources are read that have not changed.
    public var refreshes = false
    /// Who coordinates it from the beginning; `nil` for whoever is the first.
    public var coordinator: String?

    /// Creates a request.
    public init(
        pipeline: Pipeline,
        definition: DefinitionBundle,
        folder: String,
        periods: [Period],
        requestedBy: String,
        plan: PlanFingerprint? = nil,
        adopted: Set<String> = []
    ) {
        self.pipeline = pipeline
        self.definition = definition
        self.folder = folder
        self.periods = periods
        self.requestedBy = requestedBy
        self.plan = plan
        self.adopted = adopted
    }
}

/// A load as the ledger keeps it.
public struct LoadRecord: Sendable, Hashable {
    /// Its number.
    public var id: Int64
    /// The definition it was made with.
    public var pipeline: Pipeline
    /// Its periods.
    public var periods: [Period]
    /// Where it stands.
    public var state: LoadState
    /// Its tasks, when it has not all of those that a plan over its periods has.
    public var chosenTasks: Set<LoadTask>?

    /// Creates a record.
    public init(
        id: Int64,
        pipeline: Pipeline,
        periods: [Period],
        state: LoadState,
        chosenTasks: Set<LoadTask>? = nil
    ) {
        self.id = id
        self.pipeline = pipeline
        self.periods = periods
        self.state = state
        self.chosenTasks = chosenTasks
    }

    /// The load's plan, made again.
    public func graph() throws(PlanError) -> PlanGraph {
        let graph = try PlanGraph(pipeline, periods: periods)
        guard let chosenTasks else { return graph }
        return graph.restricted(to: chosenTasks)
    }
}

/// What a load does.
public enum LoadKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// It loads sources.
    case load
    /// It reads rejects again.
    case replay
}

/// Where a load stands.
public enum LoadState: String, Sendable, Hashable, Codable, CaseIterable {
    /// It has tasks that are not final.
    case running
    /// Every task is done or superseded, and some task is done.
    case loaded
    /// Newer loads have left it nothing to do: they have loaded what it was to load, or had asked for it
    /// when its turn came.
    case superseded
    /// Some task failed, everything else is done.
    case failed
    /// It was cancelled.
    case cancelled

    /// Whether nothing will happen to the load any more.
    public var isFinal: Bool { self != .running }
}

/// The right to coordinate a load, until it expires or another takes over.
public struct LoadLease: Sendable, Hashable {
    /// The load.
    public let load: Int64
    /// The number of the take-over: only writes with the newest epoch count.
    public let epoch: Int64

    /// Creates a lease.
    public init(load: Int64, epoch: Int64) {
        self.load = load
        self.epoch = epoch
    }
}

/// The warehouse as a slot of a worker sees it.
public protocol TaskLoader: Sendable {
    /// Says which message has been received: its ticket is shown to the ledger by the calls about its task.
    func hold(_ message: TaskMessage) async
    /// Tries a load task once: everything from BEGIN to COMMIT.
    ///
    /// It tells `observer` of the steps ``Step/begun`` to ``Step/committed``, and `progress` of rows
    /// and bytes read since it was last told. Of a task that has failed for good already the outcome
    /// is ``TaskOutcome/failed(_:)`` with the failure that the ledger keeps; when the calling task is
    /// cancelled the attempt is rolled back, unless it is too late for that.
    func perform(
        _ task: LoadTaskID,
        by worker: String,
        observer: any StepObserver
    ) async -> TaskOutcome
    /// Records a failed attempt in a transaction of its own, and decides by `policy` whether the task
    /// has failed for good; if so its ledger row says it, unless the message that is held has not the
    /// task's ticket.
    ///
    /// It never waits for an attempt that holds the row: nothing is recorded then, and the verdict is
    /// a retry.
    func record(
        _ failure: TaskFailure,
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict
    /// Records that an attempt's worker died, and decides as for a failure; `nil` when it did not.
    ///
    /// The caller only presumes it, because a message has been delivered before. The ledger knows: a death
    /// is an attempt that has begun, did not end, and does not hold the task's row.
    func recordCrash(
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict?
    /// Whether the connection still works; a worker replaces a loader that lost its own.
    var isUsable: Bool { get async }
    /// Ends the connection.
    func close() async
}

extension TaskLoader {
    /// Nothing: of a loader whose ledger wants to see no tickets.
    public func hold(_ message: TaskMessage) async {}
    /// `true`: of a loader that has no connection to lose.
    public var isUsable: Bool { get async { true } }
}

/// What follows from a failed attempt.
public enum FailureVerdict: Sendable, Hashable {
    /// Try again after this delay.
    case retry(RetryTier)
    /// The task has failed for good; the ledger says so.
    case final
    /// The ledger has a final state already: nothing is to be done.
    case settled
}
