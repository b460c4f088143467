import Pipelines
package import Planning
package import Postgres
import Rows
import Words

/// The tasks of all loads, and where each of them stands.
///
/// Nothing else writes `longshore.task`. Which rows a verb is about may be a condition of its caller; what
/// becomes of a row is said here.
package struct TaskTable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// Why a row's last attempt failed, `message [code]`; null when none has.
    static var lastFailure: SQL { "failure_message || ' [' || failure_code || ']'" }

    /// The condition that a row fulfils `rows` and that no attempt holds it.
    ///
    /// The statement locks the row. An attempt that commits while the statement runs leaves a free row, and only conditions at the lock's
    /// own level see what it has become.
    static func free(_ rows: SQL) -> SQL {
        """
        (load_id, ordinal) in (
            select load_id, ordinal from longshore.task where \(rows) for update skip locked)
        """
    }

    // MARK: Loads

    /// Writes the tasks of a new load.
    ///
    /// Tasks know what their table's rows follow from, so that an attempt can say it of its period.
    package func insert(_ rows: TaskRows, ofLoad load: Int64) async throws {
        let definitions = rows.pipeline.tableDefinitions
        try await TableDefinitionStore(connection: connection).keep(definitions.values)
        try await connection.query(
            """
            insert into longshore.task (load_id, ordinal, kind, name, schema_name, table_name, period,
                pool, table_definition)
            select \(load), place - 1, kind, name, \(rows.pipeline.schema), table_name, period, pool,
                table_definition
            from \(rows.entries(definitions.mapValues(\.digest)))
            """
        )
    }

    /// Says that tasks are published, but of those that an attempt holds: they run and need no mark.
    func publish(_ ordinals: [Int], ofLoad load: Int64) async throws {
        let rows: SQL = """
            load_id = \(load) and ordinal = any(\(ordinals.map(Int64.init))::integer[])
                and state in (\(TaskState.open))
            """
        try await update(
            "state = \(TaskState.published), published_at = clock_timestamp()",
            where: Self.free(rows)
        )
    }

    /// Ends tasks without success: failed, blocked, cancelled or left to a newer load.
    ///
    /// - Returns: how many they were.
    @discardableResult
    func end(_ rows: SQL, as state: TaskState) async throws -> Int {
        try await update("state = \(state)", where: rows).affectedRows
    }

    /// Lets the open tasks of a load fail that no attempt holds.
    func failOpen(ofLoad load: Int64, with failure: TaskFailure) async throws {
        try await update(
            """
            state = \(TaskState.failed), failure_code = \(failure.code),
            failure_message = \(failure.message)
            """,
            where: Self.free("load_id = \(load) and state in (\(TaskState.open))")
        )
    }

    /// Lets published tasks that no attempt holds be tried at once.
    ///
    /// Their messages may be parked for minutes, so they are as if never published: a coordinator publishes idle tasks.
    func hasten(_ rows: SQL) async throws {
        try await update(
            """
            published_at = null, retry_at = null, parked_until = null
            """,
            where: Self.free("\(rows) and state = \(TaskState.published)")
        )
    }

    /// Makes tasks that no attempt holds runnable again, with new budgets of attempts.
    ///
    /// - Returns: how many they were.
    func reopen(_ rows: SQL) async throws -> Int {
        try await update(
            """
            state = \(TaskState.waiting), failures = 0, crashes = 0, outages = 0, retry_at = null,
            parked_until = null, published_at = null, \(Self.notAwaited), \(Self.notBegun)
            """,
            where: Self.free(rows)
        )
        .affectedRows
    }

    /// Lets the blocked tasks of a load wait for their needs again.
    ///
    /// - Returns: how many they were.
    func unblock(ofLoad load: Int64) async throws -> Int {
        try await update(
            "state = \(TaskState.waiting), published_at = null",
            where: "load_id = \(load) and state = \(TaskState.blocked)"
        )
        .affectedRows
    }

    // MARK: Attempts

    /// Notes that an attempt begins, unless the task is not open or another attempt holds it, and does not
    /// wait for the disk.
    ///
    /// - Returns: the time of the mark, as Postgres writes it.
    func markBegun(_ task: LoadTaskID, showing ticket: Ticket) async throws -> String? {
        try await mark("begun_at = clock_timestamp()", where: task.isOpenRow, showing: ticket)
            .first?
            .text("time")
    }

    /// Takes back the mark of an attempt that has begun at a time, unless an attempt holds the row.
    func takeBackMark(
        of task: LoadTaskID,
        begunAt time: String,
        showing ticket: Ticket
    ) async throws {
        _ = try await mark(
            Self.notBegun,
            where: "\(task.isRow) and begun_at = \(time)::timestamptz",
            showing: ticket
        )
    }

    private func mark(
        _ assignment: SQL,
        where rows: SQL,
        showing ticket: Ticket
    ) async throws -> PostgresResult {
        try await connection.query(
            """
            with shown as materialized (select \(ticket.shown) as ticket)
            update longshore.task set \(assignment) from shown
            where shown.ticket is not null and \(Self.free(rows))
            returning begun_at::text as time, set_config('synchronous_commit', 'off', true)
            """
        )
    }

    /// Notes that a message goes back for `tier`: of many that come too early one is enough.
    ///
    /// When that one is lost, the coordinator publishes another.
    func park(_ task: LoadTaskID, for tier: RetryTier) async throws {
        try await update("parked_until = \(Self.time(after: tier.delay))", where: task.isRow)
    }

    /// Writes when a task's next attempt is due.
    func retry(_ task: LoadTaskID, after delay: Duration) async throws {
        try await update(
            "retry_at = \(Self.time(after: delay)), parked_until = null",
            where: task.isRow
        )
    }

    private static func time(after delay: Duration) -> SQL {
        "clock_timestamp() + \(delay / .seconds(1)) * interval '1 second'"
    }

    /// Writes a failed attempt, and counts it with others of its kind.
    ///
    /// - Returns: how many of the kind there have been.
    func count(
        _ kind: FailureRecord.Kind,
        _ failure: TaskFailure,
        of task: LoadTaskID,
        by worker: String
    ) async throws -> Int {
        let counter: SQL = "\(id: kind.counter)"
        // Who has failed otherwise has found the source.
        let wait: SQL = kind == .error ? ", \(Self.notAwaited)" : ""
        let rows = try await update(
            """
            \(counter) = \(counter) + 1, failure_code = \(failure.code),
            failure_message = \(failure.message), worker = \(worker), \(Self.notBegun)\(wait)
            """,
            where: task.isRow,
            returning: "\(counter) as count"
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    /// Notes since when a task's source is awaited, and until when.
    ///
    /// - Returns: how long that has been.
    func awaitSource(of task: LoadTaskID, for limit: Duration) async throws -> Duration {
        let rows = try await update(
            """
            absent_since = coalesce(absent_since, clock_timestamp()),
            awaited_until = coalesce(absent_since, clock_timestamp())
                + \(limit / .seconds(1)) * interval '1 second'
            """,
            where: task.isRow,
            returning: "extract(epoch from clock_timestamp() - absent_since)::float8 as waited"
        )
        return .seconds(try rows.first?.double("waited") ?? 0)
    }

    /// Lets a task fail whose source is awaited no longer: all that wait is one failure.
    func failAwaited(_ task: LoadTaskID, saying message: String) async throws {
        try await update(
            """
            state = \(TaskState.failed), failures = failures + 1, failure_message = \(message),
            \(Self.notAwaited)
            """,
            where: task.isRow
        )
    }

    /// Writes what an attempt has done, and the attempt itself, in its transaction.
    package func complete(
        _ task: LoadTaskID,
        _ record: TaskRecord,
        _ attempt: AttemptRecord,
        by worker: String
    ) async throws {
        let (counts, header) = (record.counts, record.header)
        let inputs = try InputRecord.encoded(record.inputs)
        let format = header.isEmpty ? nil : try StoredFormat.encoded(record.format)
        let done = Self.update(
            """
            state = \(TaskState.done), started_at = now(), committed_at = clock_timestamp(),
            transaction_number = pg_current_xact_id()::text::bigint, horizon = \(record.horizon),
            worker = \(worker), rows_read = \(counts.read), rows_loaded = \(counts.loaded),
            rows_rejected = \(counts.rejected), rows_deduplicated = \(counts.deduplicated),
            rows_replaced = \(record.replaced), unchanged_since = \(record.unchangedSince), input = \(record.input), inputs = \(inputs)::jsonb,
            header = \(header.isEmpty ? nil : header.texts),
            header_types = \(record.types.isEmpty ? nil : record.types.map { $0?.rawValue }),
            format = \(format)::jsonb,
            warnings = \(record.warnings.isEmpty ? nil : record.warnings), \(Self.notBegun),
            failure_code = null, failure_message = null, \(Self.notAwaited)
            """,
            where: task.isRow,
            returning: "load_id, ordinal, started_at"
        )
        let told = AttemptTable.telling(
            attempt,
            of: "ended",
            .done,
            begun: "e.started_at",
            by: worker
        )
        try await connection.query("with ended as (\(done))\(told)")
    }

    // MARK: One statement

    /// Takes back whatever mark of an attempt there is.
    private static let notBegun: SQL = "begun_at = null"
    /// Ends a wait for a source.
    private static let notAwaited: SQL = "absences = 0, absent_since = null, awaited_until = null"

    @discardableResult
    private func update(
        _ assignments: SQL,
        where rows: SQL,
        returning columns: SQL? = nil
    ) async throws -> PostgresResult {
        try await connection.query(Self.update(assignments, where: rows, returning: columns))
    }

    private static func update(_ assignments: SQL, where rows: SQL, returning columns: SQL?) -> SQL
    {
        let told: SQL = columns.map { " returning \($0)" } ?? ""
        return "update longshore.task set \(assignments) where \(rows)\(told)"
    }
}
