import Pipelines
import Planning
import Postgres

/// A task's ledger row, locked by the attempt that holds it until its transaction ends.
struct TaskRow: Sendable {
    let kind: LoadTaskKind
    let name: String
    let schema: String
    let table: String
    let period: String
    let digest: String
    let bundle: String
    let folder: String
    /// Whether its load reads rejects again instead of sources.
    let isReplay: Bool
    /// When the load was created, as Postgres writes it: the time of versions that have none.
    let loadCreated: String
}

/// Another attempt has the task's row, or its transaction has the period.
///
/// It is an error because the lock that was not to be had has ended the transaction.
struct TaskIsBusy: Error {}

/// The first statements of an attempt: lock the ledger row, then the period, and look at both.
enum TaskClaim {
    /// The attempt goes on.
    case mine(TaskRow)
    /// The row is final already.
    case settled(TaskState)
    /// A newer load owns the period.
    case overtaken

    static func take(
        _ task: LoadTaskID,
        by worker: String,
        on connection: PostgresConnection
    ) async throws -> TaskClaim {
        do {
            let (row, state) = try await lockTask(task, on: connection)
            guard !state.isFinal else { return .settled(state) }
            return try await isOvertaken(row, load: task.load, on: connection)
                ? .overtaken : .mine(row)
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw TaskIsBusy()
        }
    }

    /// The outcome of an attempt that does not go on.
    func settle(_ task: LoadTaskID, on connection: PostgresConnection) async throws -> TaskOutcome {
        switch self {
        case .mine: preconditionFailure("a claim that holds the task is not settled")
        case .settled(.cancelled): return .cancelled
        case .settled(.superseded): return .superseded
        case .settled(.failed): return .failed(try await Self.failure(of: task, on: connection))
        case .settled: return .alreadyDone
        case .overtaken:
            try await connection.query(
                "update longshore.task set state = 'superseded' where load_id = $1 and ordinal = $2",
                [.integer(task.load), .integer(Int64(task.ordinal))]
            )
            return .superseded
        }
    }

    private static func failure(
        of task: LoadTaskID,
        on connection: PostgresConnection
    ) async throws -> TaskFailure {
        let rows = try await connection.query(
            """
            select coalesce(failure_code, '') as code, coalesce(failure_message, '') as message
            from longshore.task where load_id = $1 and ordinal = $2
            """,
            [.integer(task.load), .integer(Int64(task.ordinal))]
        )
        guard let row = rows.first else { throw WarehouseError.unknownTask(task) }
        return TaskFailure(
            code: try row.text("code"),
            message: try row.text("message"),
            isRetryable: false
        )
    }

    private static func lockTask(
        _ task: LoadTaskID,
        on connection: PostgresConnection
    ) async throws -> (TaskRow, TaskState) {
        let rows = try await connection.query(
            """
            select t.kind, t.name, t.schema_name, t.table_name, t.period, t.state,
                l.state as load_state, l.kind as load_kind, l.definition, l.folder, d.bundle,
                l.created_at::text as load_created
            from longshore.task t
            join longshore.load l on l.id = t.load_id
            join longshore.definition d on d.digest = l.definition
            where t.load_id = $1 and t.ordinal = $2
            for update of t nowait
            """,
            [.integer(task.load), .integer(Int64(task.ordinal))]
        )
        guard let row = rows.first,
            let kind = LoadTaskKind(rawValue: try row.text("kind")),
            let state = TaskState(rawValue: try row.text("state"))
        else { throw WarehouseError.unknownTask(task) }
        let isCancelled = try row.text("load_state") == LoadState.cancelled.rawValue
        let found = TaskRow(
            kind: kind,
            name: try row.text("name"),
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            period: try row.text("period"),
            digest: try row.text("definition"),
            bundle: try row.text("bundle"),
            folder: try row.text("folder"),
            isReplay: try row.text("load_kind") == LoadKind.replay.rawValue,
            loadCreated: try row.text("load_created")
        )
        return (found, isCancelled ? .cancelled : state)
    }

    /// Locks the period and asks whether a newer load has it.
    ///
    /// A fact's period belongs to the newest load that asked for it, as long as that load runs or has
    /// loaded it: one that ended without it owns nothing. A dimension or mart is
    /// merged or computed again by whoever comes, unless a newer load has already done it: an older
    /// load's facts still need it.
    private static func isOvertaken(
        _ row: TaskRow,
        load: Int64,
        on connection: PostgresConnection
    ) async throws -> Bool {
        // Another attempt of the same period, by an older load, may be about to commit.
        try await connection.query("set local lock_timeout = '2s'")
        try await TableLock(schema: row.schema, table: row.table, period: row.period)
            .take(on: connection)
        try await connection.query("set local lock_timeout = 0")
        let rows = try await connection.query(
            """
            select loaded_by, state, reason, (select l.id from longshore.load l
                where l.id = claimed_by and l.state = 'running') as claimed_by
            from longshore.control
            where schema_name = $1 and table_name = $2 and period = $3
            """,
            [.text(row.schema), .text(row.table), .text(row.period)]
        )
        guard let control = rows.first else { return false }
        // A replay adds to what is there, whoever loaded it: the rejects say whether they still count.
        let owners = row.isReplay ? [] : ["loaded_by"] + (row.kind == .fact ? ["claimed_by"] : [])
        let isOvertaken = try owners.contains { owner in
            try control.optionalInteger(owner, as: Int64.self).map { $0 > load } ?? false
        }
        if !isOvertaken, try control.text("state") == "closed" {
            throw WarehouseError.closed(
                row.table,
                row.period,
                reason: try control.optionalText("reason")
            )
        }
        return isOvertaken
    }
}
