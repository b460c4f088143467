public import Pipelines
public import Planning
import Synchronization

/// The twin of the ledger and the star schema in one database.
///
/// One lock plays the transaction. It keeps what real tables would hide: how often each task took effect, and whether anything was
/// committed before what it needs.
public final class InMemoryWarehouse: Sendable {
    /// What goes wrong, by probability.
    public struct Faults: Sendable {
        /// A call of the ledger throws before it did anything.
        public var refusedCalls = 0.0
        /// An attempt fails before it commits, and may be tried again.
        public var failedAttempts = 0.0
        /// An attempt commits, but its worker does not hear of it.
        public var lostCommitReplies = 0.0

        /// Nothing goes wrong.
        public init() {}
    }

    /// How the attempts at a task behave.
    public struct Behaviour: Sendable {
        /// The time between two steps.
        public var stepTime: Duration
        /// How it fails, if it does, after its rows were copied.
        public var failure: TaskFailure?
        /// Whether it goes on although its task is cancelled.
        public var ignoresCancellation: Bool
        /// The time limits that its definition has.
        public var limits: Limits?

        /// An attempt that succeeds, a tenth of a second for each step, unless said.
        public init(
            stepTime: Duration = .milliseconds(100),
            failure: TaskFailure? = nil,
            ignoresCancellation: Bool = false,
            limits: Limits? = nil
        ) {
            self.stepTime = stepTime
            self.failure = failure
            self.ignoresCancellation = ignoresCancellation
            self.limits = limits
        }
    }

    /// A task's row in the ledger.
    public struct TaskRow: Sendable {
        /// The task.
        public var task: LoadTask
        /// Where it stands.
        public var state = TaskState.waiting
        /// When it was last published.
        public var publishedAt: TestClock.Instant?
        /// When its next attempt is due.
        public var retryAt: TestClock.Instant?
        /// Until when a message that came too early waits.
        public var parkedUntil: TestClock.Instant?
        /// Whether an attempt has begun that is not known to have ended.
        public var isBegun = false
        /// How many attempts began.
        public var attempts = 0
        /// How many of them were recorded as failed.
        public var failures = 0
        /// How many were recorded as the death of their worker.
        public var crashes = 0
        /// How many the fleet's own servers ended.
        public var outages = 0
        /// How many did not find their source, one after the other until now.
        public var absences = 0
        /// When the first of them was.
        public var absentSince: TestClock.Instant?
        /// Why the last one failed.
        public var lastFailure: TaskFailure?
        /// How often the task took effect.
        public var effects = 0
        var holder: Int?
        var isCommitting = false
    }

    struct LoadRow: Sendable {
        var record: LoadRecord
        var graph: PlanGraph
        var fleet: String?
        var tasks: [TaskRow]
        var epoch: Int64 = 0
        var owner: String?
        var expiry: TestClock.Instant?
        /// Until when no coordinator looks at it.
        var restsUntil: TestClock.Instant?
    }

    /// A table, or one period of it.
    struct Slice: Hashable {
        var name: String
        var period: String?

        init(_ task: LoadTask) {
            name = task.name
            period = task.period?.label
        }
    }

    struct State {
        var loads: [Int64: LoadRow] = [:]
        /// The pipeline of each table that a load was created for, by schema and name.
        var owners: [String: String] = [:]
        /// The newest load that asked for each slice.
        var claims: [Slice: Int64] = [:]
        /// The load whose rows each slice holds.
        var contents: [Slice: Int64] = [:]
        /// When it was written, as the number of the commit.
        var commits: [Slice: Int] = [:]
        var isFenced = true
        var obeysRetryTime = true
        var isDown = false
        /// How often it crashed.
        var crashes = 0
        /// Tasks whose end was confirmed, and lost in a crash.
        var lostEnds: Set<LoadTaskID> = []
        var keepsFleetsApart = true
        var newerVersion: NewerLedger?
        var faults = Faults()
        var behaviour: @Sendable (LoadTaskID, _ attempt: Int) -> Behaviour = { _, _ in Behaviour() }
        /// The coordinators that live.
        var coordinators: [String: CoordinatorPresence] = [:]
        /// What people ordered, by load.
        var orders: [Int64: Interventions] = [:]
        /// Loads whose definition the program cannot read.
        var unreadable: Set<Int64> = []
        var violations: [String] = []
        var lastAttempt = 0
        var lastCommit = 0
        /// Schedules and their firings.
        var schedules = InMemorySchedules()

        /// Whether a newer load has done the task, or owns its period: a fact's belongs to the newest
        /// running load that asked for it, while an older load's facts still need its dimensions.
        ///
        /// What follows from what the load itself has written is computed once more.
        func isOvertaken(_ id: LoadTaskID) -> Bool {
            guard let row = loads[id.load] else { return false }
            let (task, load) = (row.tasks[id.ordinal].task, id.load)
            let slice = Slice(task)
            if contents[slice, default: 0] > load {
                return !task.kind.isDerived
                    || !row.graph.needs(of: id.ordinal).contains { row.tasks[$0].state == .done }
            }
            guard task.kind == .fact, let owner = claims[slice], owner > load else { return false }
            return loads[owner]?.record.state == .running
        }

        /// Notes the tasks whose end the disk does not have.
        mutating func noteLostEnds(to disk: Disk) {
            for (load, row) in loads {
                for ordinal in row.tasks.indices where row.tasks[ordinal].state.isFinal {
                    guard disk.loads[load]?.tasks[ordinal].state.isFinal == false else { continue }
                    lostEnds.insert(LoadTaskID(load: load, ordinal: ordinal))
                }
            }
        }

        /// Makes tables a pipeline's own; throws when one is another's.
        mutating func own(_ tables: [String], as pipeline: String) throws {
            for table in tables {
                if let owner = owners[table], owner != pipeline {
                    throw TableOfAnother(table: table, owner: owner)
                }
            }
            for table in tables { owners[table] = pipeline }
        }

        /// Throws when a newer program has migrated the ledger.
        func refuseOlderPrograms() throws {
            if let newerVersion { throw newerVersion }
        }

        /// Whether as many tasks of the pipeline run as may at once.
        func isCrowded(_ pipeline: Pipeline) -> Bool {
            pipeline.concurrency.map { $0 <= running(of: pipeline.name) } ?? false
        }

        /// How many attempts at tasks of a pipeline run.
        func running(of pipeline: String) -> Int {
            loads.values.filter { $0.record.pipeline.name == pipeline }
                .reduce(0) { sum, load in sum + load.tasks.count { $0.holder != nil } }
        }

        /// Whether an attempt of any load has the slice: a lock of its own, beside the task's row.
        func isHeld(_ slice: Slice) -> Bool {
            // Of one load no two tasks fill the same slice.
            loads.count > 1
                && loads.values.contains { load in
                    load.tasks.contains { $0.holder != nil && Slice($0.task) == slice }
                }
        }
    }

    let state = Mutex(State())
    let clock: TestClock
    let dice: Dice

    /// An empty database.
    public init(clock: TestClock, dice: Dice = Dice(seed: 0)) {
        self.clock = clock
        self.dice = dice
    }

    // MARK: What tests ask and do

    /// What should never have happened, in words.
    public var violations: [String] { state.withLock { $0.violations } }

    /// The tasks of a load as the ledger has them.
    public func rows(ofLoad load: Int64) -> [TaskRow] {
        state.withLock { $0.loads[load]?.tasks ?? [] }
    }

    /// The row of one task.
    public func row(_ task: LoadTaskID) -> TaskRow? {
        state.withLock { $0.loads[task.load]?.tasks[task.ordinal] }
    }

    /// Where a load stands.
    public func loadState(_ load: Int64) -> LoadState? {
        state.withLock { $0.loads[load]?.record.state }
    }

    /// Who coordinates a load, if the lease has not expired.
    public func coordinator(of load: Int64) -> String? {
        state.withLock { state in
            guard let row = state.loads[load], let expiry = row.expiry, expiry > clock.now else {
                return nil
            }
            return row.owner
        }
    }

    /// Whether a load rests: no coordinator looks at it.
    public func rests(_ load: Int64) -> Bool {
        state.withLock { state in state.loads[load]?.restsUntil.map { $0 > clock.now } ?? false }
    }

    /// The coordinators that live, by name.
    public var coordinators: [CoordinatorPresence] {
        state.withLock { $0.coordinators.values.sorted { $0.name < $1.name } }
    }

    /// Changes what goes wrong.
    public func setFaults(_ faults: Faults) { state.withLock { $0.faults = faults } }

    /// While it is down, every call throws and attempts fail.
    public func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// What a crash finds on the disk, of a database that commits asynchronously.
    public struct Disk: Sendable {
        let loads: [Int64: LoadRow]
        let claims: [Slice: Int64]
        let contents: [Slice: Int64]
        let commits: [Slice: Int]
        let orders: [Int64: Interventions]
    }

    /// The tables and periods of a load that are older than something that they follow from.
    public func outdated(ofLoad load: Int64) -> [String] {
        state.withLock { state in
            guard let row = state.loads[load] else { return [] }
            return row.tasks.indices.filter { row.tasks[$0].task.kind.isDerived }
                .compactMap { ordinal in
                    let task = row.tasks[ordinal].task
                    let computed = state.commits[Slice(task), default: 0]
                    let sources = row.graph.needs(of: ordinal).map { Slice(row.tasks[$0].task) }
                    let isOlder = sources.contains { state.commits[$0, default: 0] > computed }
                    return isOlder ? "\(task.name) is older than what it reads" : nil
                }
        }
    }

    /// What is on the disk now.
    public var disk: Disk {
        state.withLock { state in
            Disk(
                loads: state.loads,
                claims: state.claims,
                contents: state.contents,
                commits: state.commits,
                orders: state.orders
            )
        }
    }

    /// Crashes: what was committed after `disk` is lost, although it was confirmed.
    ///
    /// What is lost is always the newest, because the log is written in order; every attempt is rolled back.
    ///
    /// - Parameters:
    ///   - disk: What is left.
    ///   - isNoticed: Whether connections break; behind a proxy they may not.
    public func crash(to disk: Disk, isNoticed: Bool = true) {
        state.withLock { state in
            // Who wrote a load has its number: it is not lost.
            guard state.loads.count == disk.loads.count else { return }
            state.noteLostEnds(to: disk)
            state.loads = disk.loads.mapValues { load in
                var load = load
                for task in load.tasks.indices {
                    load.tasks[task].holder = nil
                    load.tasks[task].isCommitting = false
                }
                return load
            }
            (state.claims, state.contents) = (disk.claims, disk.contents)
            state.commits = disk.commits
            state.orders = disk.orders
            if isNoticed { state.crashes += 1 }
        }
    }

    /// Whether the end of a task was confirmed once, and lost in a crash.
    public func hasLostEnd(of task: LoadTaskID) -> Bool {
        state.withLock { $0.lostEnds.contains(task) }
    }

    /// Says how attempts behave.
    public func setBehaviour(
        _ behaviour: @escaping @Sendable (LoadTaskID, _ attempt: Int) -> Behaviour
    ) {
        state.withLock { $0.behaviour = behaviour }
    }

    /// Plants a bug: attempts no longer look at what the ledger says of their task.
    public func removeFence() { state.withLock { $0.isFenced = false } }

    /// Plants a bug: any coordinator takes the loads of any fleet.
    public func mixFleets() { state.withLock { $0.keepsFleetsApart = false } }

    /// Holds a task as an attempt does; `nil` when another one does.
    public func hold(_ task: LoadTaskID) -> Int? {
        guard case .attempt(let attempt, _) = begin(task) else { return nil }
        return attempt
    }

    /// Begins an attempt whose worker dies at once.
    public func die(in task: LoadTaskID) {
        if let attempt = hold(task) { breakConnection(task, attempt: attempt) }
    }

    /// Lets go of a task that was held.
    public func letGo(_ task: LoadTaskID, _ attempt: Int) { rollBack(task, attempt: attempt) }

    /// Forgets whose loads are, as if an older version had written them.
    public func forgetFleets() {
        state.withLock { state in
            for load in state.loads.keys { state.loads[load]?.fleet = nil }
        }
    }

    /// A newer program migrates the ledger.
    public func migrate(to version: Int = 99) {
        state.withLock { $0.newerVersion = NewerLedger(version: version, known: version - 1) }
    }

    /// From now on the program cannot read the definition of a load, as after an upgrade.
    public func makeUnreadable(_ load: Int64) {
        state.withLock { _ = $0.unreadable.insert(load) }
    }

    /// Plants a bug: attempts no longer wait until they are due.
    public func ignoreRetryTimes() { state.withLock { $0.obeysRetryTime = false } }

    /// Overwrites the state of a task, as a command of a person would.
    public func setState(_ taskState: TaskState, of task: LoadTaskID) {
        state.withLock { $0.loads[task.load]?.tasks[task.ordinal].state = taskState }
    }

    /// Lets another coordinator take a load over although the lease holds.
    public func stealLease(of load: Int64, for owner: String, duration: Duration = .seconds(15)) {
        state.withLock { state in
            state.loads[load]?.epoch += 1
            state.loads[load]?.owner = owner
            state.loads[load]?.expiry = clock.now.advanced(by: duration)
        }
    }
}

extension TaskFailure {
    static let unreachable = TaskFailure(
        code: "postgres.08006",
        message: "the warehouse cannot be reached",
        isRetryable: true,
        origin: .servers
    )

    static func unknownTask(_ task: LoadTaskID) -> TaskFailure {
        TaskFailure(
            code: "ledger.unknownTask",
            message: "there is no task `\(task)` in the ledger",
            isRetryable: false
        )
    }
}

/// What the twin refuses a table with that is another pipeline's: by the code of the real one.
struct TableOfAnother: TaskFailureConvertible {
    let table: String
    let owner: String

    var taskFailure: TaskFailure {
        TaskFailure(
            code: "warehouse.others_table",
            message: "`\(table)` belongs to the pipeline `\(owner)`",
            isRetryable: false
        )
    }
}
