import Planning
import Postgres

/// An order of a person, as the ledger keeps it in `longshore.intervention`.
struct GivenOrder {
    let kind: OrderKind
    /// Whether running attempts are cancelled.
    let interrupts: Bool
    let reason: String?
    let person: String

    init(_ kind: OrderKind, interrupts: Bool, reason: String?, by person: String) {
        self.kind = kind
        self.interrupts = interrupts
        self.reason = reason
        self.person = person
    }
}

/// The loads, tasks and orders that an order is about, in one transaction of the ledger.
struct OrderScope {
    let target: InterventionTarget
    let connection: PostgresConnection

    init(_ target: InterventionTarget, _ connection: PostgresConnection) {
        self.target = target
        self.connection = connection
    }

    /// The pipeline, load and ordinal of the target; what it does not name is `nil`.
    private var names: OrderNames {
        switch target {
        case .pipeline(let name): (name, nil, nil)
        case .load(let load): (nil, load, nil)
        case .task(let task): (nil, task.load, task.ordinal)
        }
    }

    /// The condition that a row of `longshore.load` is of the target.
    var isOfTarget: SQL { "(pipeline = \(names.pipeline) or id = \(names.load)::bigint)" }

    /// The tasks of the target that are neither done nor given up; of a pipeline, those of its running
    /// loads.
    private var openTasks: SQL {
        """
        select t.load_id, t.ordinal from longshore.task t
        join longshore.load l on l.id = t.load_id
        where t.state in (\(TaskState.open))
            and (l.pipeline = \(names.pipeline) and l.state = \(LoadState.running) or l.id = \(names.load)::bigint)
            and coalesce(\(names.ordinal)::integer, t.ordinal) = t.ordinal
        """
    }

    // MARK: What there is

    /// - Throws: ``LedgerError`` when the ledger has no such pipeline, load or task.
    func requireKnown() async throws {
        switch target {
        case .pipeline(let name):
            let rows = try await connection.query(PipelineDesk.namesSQL)
            let names = try rows.map { try $0.text("pipeline") }
            guard names.contains(name) else {
                throw LedgerError.unknownPipeline(name, among: names)
            }
        case .load(let load): _ = try await taskCount(of: load)
        case .task(let task):
            let count = try await taskCount(of: task.load)
            guard task.ordinal < count else {
                throw LedgerError.unknownOrdinal(task, count: count)
            }
        }
    }

    private func taskCount(of load: Int64) async throws -> Int {
        let rows = try await connection.query(
            """
            select (select count(*) from longshore.task where load_id = \(load)) as count
            from longshore.load where id = \(load)
            """
        )
        guard let row = rows.first else { throw UnknownLoad(load) }
        return try row.integer("count")
    }

    /// - Throws: ``LedgerError`` when the load of the target has ended.
    func refuseEnded() async throws {
        guard let load = target.load else { return }
        let rows = try await connection.query(
            "select state from longshore.load where id = \(load)"
        )
        guard let state = try rows.first?.word("state", as: LoadState.self), state.isFinal else {
            return
        }
        throw LedgerError.loadHasEnded(load, state: state)
    }

    /// The running loads of the target, locked.
    func runningLoads() async throws -> [Int64] {
        let rows = try await connection.query(
            """
            select id from longshore.load
            where state = \(LoadState.running) and \(isOfTarget)
            order by id for update
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    /// The load of the target, or the newest one of its pipeline, locked.
    func newestLoad() async throws -> (load: Int64, isCancelled: Bool)? {
        let rows = try await connection.query(
            """
            select id, state = \(LoadState.cancelled) as is_cancelled from longshore.load
            where \(isOfTarget)
            order by id desc limit 1 for update
            """
        )
        return try rows.first.map { row in
            (try row.integer("id", as: Int64.self), try row.boolean("is_cancelled"))
        }
    }

    /// How many tasks are open.
    func openTasks() async throws -> Int {
        try await count("select count(*) as count from (\(openTasks)) open")
    }

    /// How many tasks an attempt holds now, or is about to give up.
    func runningTasks() async throws -> Int {
        try await count(
            """
            with open as (\(openTasks)),
            free as (
                select from longshore.task t
                where (t.load_id, t.ordinal) in (select load_id, ordinal from open)
                for update skip locked)
            select (select count(*) from open) - (select count(*) from free) as count
            """
        )
    }

    private func count(_ query: SQL) async throws -> Int {
        let rows = try await connection.query(query)
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    // MARK: Orders

    /// Writes an order; an order that stands already only becomes stronger.
    ///
    /// - Returns: Whether it is new, or stronger than before.
    func record(_ order: GivenOrder) async throws -> Bool {
        try await InterventionTable(connection).record(order, about: names)
    }

    /// Takes a pause back.
    ///
    /// - Returns: Whether there was one.
    func withdrawPause() async throws -> Bool {
        try await InterventionTable(connection)
            .withdraw(.pause, InterventionTable.isAbout(names))
    }

    /// The pause that still holds the target up, in words.
    func pauseThatStays() async throws -> String? {
        guard let load = target.load else { return nil }
        let rows = try await connection.query(
            """
            select coalesce(i.pipeline, i.load_id::text) as name
            from longshore.load l
            join longshore.intervention i on \(InterventionTable.pausesLoad)
            where l.id = \(load) order by i.pipeline nulls last limit 1
            """
        )
        return try rows.first.map { row in
            let name = try row.text("name")
            return "`\(name)` is still paused: longshore resume \(name)"
        }
    }

    // MARK: What they change at once

    /// Lets published tasks be tried at once: whoever wants them now does not wait for their next attempt.
    ///
    /// - Returns: How many were waiting for their next attempt.
    @discardableResult
    func hasten() async throws -> Int {
        let waiting = try await count(
            """
            select count(*) as count from longshore.task
            where (load_id, ordinal) in (\(openTasks)) and retry_at > clock_timestamp()
            """
        )
        try await TaskTable(connection).hasten("(load_id, ordinal) in (\(openTasks))")
        return waiting
    }

    /// Ends the rest of the target's loads: what was ordered is to be looked at.
    func wake() async throws {
        try await LoadTable(connection).wake(isOfTarget)
    }

    /// Cancels the tasks that are open and that no attempt holds.
    ///
    /// The state is asked for once more beside the lock.
    ///
    /// - Returns: how many they were.
    func cancelFreeTasks() async throws -> Int {
        let rows: SQL = "(load_id, ordinal) in (\(openTasks)) and state in (\(TaskState.open))"
        return try await TaskTable(connection).end(TaskTable.free(rows), as: .cancelled)
    }
}
