public import Planning
import Postgres

/// What an order of a person has changed.
public struct ControlChange: Sendable, Hashable, Codable {
    /// What it is about: `callcenter`, `7`, `7.12`.
    public var target: String
    /// Whether the order was new; `false` when it had been given before.
    public var isNew: Bool
    /// The loads that it touches.
    public var loads: [Int64]
    /// Load tasks that it changed at once.
    public var tasks: Int
    /// Load tasks that run now, and hear of it within two seconds.
    public var running: Int
    /// Load tasks that may run again after what they need.
    public var unblocked: Int
    /// What the reader should know besides.
    public var note: String?

    init(
        target: InterventionTarget,
        isNew: Bool,
        loads: [Int64] = [],
        tasks: Int = 0,
        running: Int = 0,
        unblocked: Int = 0,
        note: String? = nil
    ) {
        self.target = target.description
        self.isNew = isNew
        self.loads = loads
        self.tasks = tasks
        self.running = running
        self.unblocked = unblocked
        self.note = note
    }
}

/// Pausing, resuming and cancelling: the truth of it, in rows of the ledger.
///
/// An attempt that runs holds its task's row until it commits, so orders have rows of their own: the
/// attempt's worker reads them beside it.
extension PostgresLedger {
    /// Holds a load, a pipeline or a task up: nothing of it begins any more.
    ///
    /// - Parameters:
    ///   - target: What.
    ///   - interrupts: Whether running attempts are cancelled, to be made again later.
    ///   - reason: Why; `longshore why` tells it.
    ///   - person: Who says so.
    /// - Returns: What it changed; nothing new when it was paused already.
    /// - Throws: ``WarehouseError`` when there is no such thing, or its load has ended.
    public func pause(
        _ target: InterventionTarget,
        interrupts: Bool,
        reason: String?,
        by person: String
    ) async throws -> ControlChange {
        try await transaction { connection in
            try await Self.refuseEnded(target, on: connection)
            let inserted = try await Self.insert(
                "pause",
                target,
                interrupts: interrupts,
                reason: reason,
                by: person,
                on: connection
            )
            return ControlChange(
                target: target,
                isNew: inserted,
                loads: try await Self.runningLoads(of: target, on: connection),
                running: try await Self.runningTasks(of: target, on: connection)
            )
        }
    }

    /// Ends a pause.
    ///
    /// A load that is paused with its pipeline stays so; the note of the change says it.
    public func resume(_ target: InterventionTarget) async throws -> ControlChange {
        try await transaction { connection in
            try await Self.requireKnown(target, on: connection)
            let removed = try await connection.query(
                "delete from longshore.intervention where kind = 'pause' and \(Self.isTarget)",
                Self.values(target)
            )
            if removed.affectedRows > 0 { try await Self.hasten(target, on: connection) }
            return ControlChange(
                target: target,
                isNew: removed.affectedRows > 0,
                loads: try await Self.runningLoads(of: target, on: connection),
                note: try await Self.wider(target, on: connection)
            )
        }
    }

    /// Lets published tasks seem idle: their messages may be parked for half a minute, and a coordinator
    /// publishes idle tasks at once.
    private static func hasten(
        _ target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            update longshore.task set published_at = clock_timestamp() - interval '1 hour'
            where (load_id, ordinal) in (
                select t.load_id, t.ordinal from longshore.task t
                join longshore.load l on l.id = t.load_id
                where l.state = 'running' and t.state = 'published'
                    and (l.pipeline = $1 or l.id = $2::bigint)
                    and coalesce($3::integer, t.ordinal) = t.ordinal
                for update of t skip locked)
            """,
            values(target)
        )
    }

    /// Cancels a task, a load, or the running loads of a pipeline.
    ///
    /// Tasks that nobody works on are cancelled at once; attempts that run are interrupted by their
    /// workers, and what they have written is rolled back.
    public func cancel(
        _ target: InterventionTarget,
        reason: String?,
        by person: String
    ) async throws -> ControlChange {
        try await transaction { connection in
            if case .task = target {
                return try await Self.cancelTask(target, reason, by: person, on: connection)
            }
            try await Self.requireKnown(target, on: connection)
            let loads = try await Self.runningLoads(of: target, on: connection)
            var change = ControlChange(target: target, isNew: !loads.isEmpty, loads: loads)
            for load in loads {
                try await connection.query(
                    """
                    update longshore.load set state = 'cancelled', lease_until = null,
                        finished_at = clock_timestamp() where id = $1
                    """,
                    [.integer(load)]
                )
                _ = try await Self.insert(
                    "cancel",
                    .load(load),
                    interrupts: true,
                    reason: reason,
                    by: person,
                    on: connection
                )
                change.tasks += try await Self.endOpen(load, nil, on: connection)
                change.running += try await Self.openTasks(load, nil, on: connection)
                try await OutdatedMarts(load: load, connection: connection).mark()
            }
            return change
        }
    }

    /// Cancels what an attempt held when its load or task was cancelled and holds no more.
    ///
    /// - Returns: how many tasks an attempt still holds.
    public func settleCancelled(_ target: InterventionTarget) async throws -> Int {
        try await transaction { connection in
            var task: Int?
            if case .task(let id) = target { task = id.ordinal }
            guard let load = target.load else { return 0 }
            // What had been about to commit has committed: marts may be behind it.
            if try await Self.endOpen(load, task, on: connection) > 0 {
                try await OutdatedMarts(load: load, connection: connection).mark()
            }
            return try await Self.openTasks(load, task, on: connection)
        }
    }

    private static func cancelTask(
        _ target: InterventionTarget,
        _ reason: String?,
        by person: String,
        on connection: PostgresConnection
    ) async throws -> ControlChange {
        guard case .task(let id) = target else { preconditionFailure("a task is cancelled here") }
        try await requireKnown(target, on: connection)
        let open = try await openTasks(id.load, id.ordinal, on: connection)
        let loads = try await runningLoads(of: target, on: connection)
        guard open > 0, !loads.isEmpty else {
            return ControlChange(target: target, isNew: false, note: "it is over already")
        }
        let isNew = try await insert(
            "cancel",
            target,
            interrupts: true,
            reason: reason,
            by: person,
            on: connection
        )
        let ended = try await endOpen(id.load, id.ordinal, on: connection)
        return ControlChange(
            target: target,
            isNew: isNew,
            loads: loads,
            tasks: ended,
            running: open - ended
        )
    }

    // MARK: Rows of orders

    static let isTarget = """
        pipeline is not distinct from $1 and load_id is not distinct from $2::bigint \
        and ordinal is not distinct from $3::integer
        """

    static func values(_ target: InterventionTarget) -> [PostgresValue] {
        switch target {
        case .pipeline(let name): [.text(name), .null, .null]
        case .load(let load): [.null, .integer(load), .null]
        case .task(let task): [.null, .integer(task.load), .integer(task.ordinal)]
        }
    }

    /// Writes an order; an order that stands already only becomes stronger.
    ///
    /// - Returns: Whether it is new, or stronger than before.
    private static func insert(
        _ kind: String,
        _ target: InterventionTarget,
        interrupts: Bool,
        reason: String?,
        by person: String,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let values: [PostgresValue] =
            values(target) + [
                .boolean(interrupts), PostgresValue(reason), .text(person), .text(kind),
            ]
        let stronger = try await connection.query(
            """
            update longshore.intervention
            set interrupts = $4, reason = coalesce($5, reason), ordered_by = $6,
                ordered_at = clock_timestamp()
            where kind = $7 and \(isTarget) and $4 and not interrupts
            """,
            values
        )
        if stronger.affectedRows > 0 { return true }
        return try await connection
            .query(
                """
                insert into longshore.intervention
                    (pipeline, load_id, ordinal, interrupts, reason, ordered_by, kind)
                values ($1, $2::bigint, $3::integer, $4, $5, $6, $7)
                on conflict do nothing
                """,
                values
            )
            .affectedRows > 0
    }

    // MARK: Loads and tasks

    /// The running loads of a target, locked.
    static func runningLoads(
        of target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws -> [Int64] {
        let rows = try await connection.query(
            """
            select id from longshore.load
            where state = 'running' and (pipeline = $1 or id = $2::bigint)
            order by id for update
            """,
            Array(values(target).prefix(2))
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    /// How many tasks an attempt holds now, or is about to give up.
    private static func runningTasks(
        of target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws -> Int {
        let rows = try await connection.query(
            """
            with open as (
                select t.load_id, t.ordinal from longshore.task t
                join longshore.load l on l.id = t.load_id
                where l.state = 'running' and t.state in ('waiting', 'published')
                    and (l.pipeline = $1 or l.id = $2::bigint)
                    and coalesce($3::integer, t.ordinal) = t.ordinal),
            free as (
                select from longshore.task t
                where (t.load_id, t.ordinal) in (select load_id, ordinal from open)
                for update skip locked)
            select (select count(*) from open) - (select count(*) from free) as count
            """,
            values(target)
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    /// Cancels the tasks that are open and that no attempt holds.
    private static func endOpen(
        _ load: Int64,
        _ ordinal: Int?,
        on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.query(
            """
            update longshore.task set state = 'cancelled'
            where (load_id, ordinal) in (
                select load_id, ordinal from longshore.task
                where load_id = $1 and coalesce($2::integer, ordinal) = ordinal
                    and state in ('waiting', 'published')
                for update skip locked)
            """,
            [.integer(load), ordinal.map { .integer($0) } ?? .null]
        )
        .affectedRows
    }

    private static func openTasks(
        _ load: Int64,
        _ ordinal: Int?,
        on connection: PostgresConnection
    ) async throws -> Int {
        let rows = try await connection.query(
            """
            select count(*) as count from longshore.task
            where load_id = $1 and coalesce($2::integer, ordinal) = ordinal
                and state in ('waiting', 'published')
            """,
            [.integer(load), ordinal.map { .integer($0) } ?? .null]
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    // MARK: What there is

    /// - Throws: ``WarehouseError`` when the ledger has no such pipeline, load or task.
    static func requireKnown(
        _ target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws {
        switch target {
        case .pipeline(let name):
            let rows = try await connection.query("select distinct pipeline from longshore.load")
            let names = try rows.map { try $0.text("pipeline") }
            guard names.contains(name) else {
                throw WarehouseError.unknownPipeline(name, among: names.sorted())
            }
        case .load(let load): _ = try await taskCount(ofLoad: load, on: connection)
        case .task(let task):
            let count = try await taskCount(ofLoad: task.load, on: connection)
            guard task.ordinal < count else {
                throw WarehouseError.unknownOrdinal(task, count: count)
            }
        }
    }

    private static func taskCount(
        ofLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> Int {
        let rows = try await connection.query(
            """
            select (select count(*) from longshore.task where load_id = $1) as count
            from longshore.load where id = $1
            """,
            [.integer(load)]
        )
        guard let row = rows.first else { throw WarehouseError.unknownLoad(load) }
        return try row.integer("count")
    }

    private static func refuseEnded(
        _ target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws {
        try await requireKnown(target, on: connection)
        guard let load = target.load else { return }
        let rows = try await connection.query(
            "select state from longshore.load where id = $1",
            [.integer(load)]
        )
        guard let state = try rows.first?.text("state"), state != "running" else { return }
        throw WarehouseError.loadHasEnded(load, state: state)
    }

    /// The pause that still holds a target up, in words.
    private static func wider(
        _ target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws -> String? {
        guard let load = target.load else { return nil }
        let rows = try await connection.query(
            """
            select coalesce(i.pipeline, i.load_id::text) as name
            from longshore.load l
            join longshore.intervention i on i.kind = 'pause' and i.ordinal is null
                and (i.pipeline = l.pipeline or i.load_id = l.id)
            where l.id = $1 order by i.pipeline nulls last limit 1
            """,
            [.integer(load)]
        )
        return try rows.first.map { row in
            let name = try row.text("name")
            return "`\(name)` is still paused: longshore resume \(name)"
        }
    }
}
