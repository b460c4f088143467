import Pipelines
package import Planning
package import Postgres

/// A task's ledger row, locked by the attempt that holds it until its transaction ends.
package struct TaskRow: Sendable {
    /// The kind of its table.
    package let kind: LoadTaskKind
    /// What the definition calls the table.
    package let name: String
    /// The schema of the table that it fills.
    package let schema: String
    /// The table that it fills.
    package let table: String
    /// The period's label; empty for a table that is loaded whole.
    package let period: String
    /// What its load was made with.
    package let definition: StoredDefinition
    /// Whether its load reads rejects again instead of sources.
    package let isReplay: Bool
    /// Whether its load reads sources that have not changed, too.
    package let refreshes: Bool
    /// Whether the coordinator has not yet said that it may run.
    let isWaiting: Bool
    /// Below this number all transactions had ended when the attempt began.
    package let horizon: Int64
    /// When the load was created, as Postgres writes it: the time of versions that have none.
    package let loadCreated: String
    /// The same in seconds since 1970.
    package let loadCreatedAt: Int

    /// The period, or the table, that it loads.
    package var key: PeriodKey { PeriodKey(schema: schema, table: table, period: period) }
}

/// Another attempt has the task's row, or its transaction has the period, or what it needs is not done.
///
/// It is an error because its transaction is to end: a lock that was not to be had has done so already.
package struct TaskIsBusy: Error {
    package init() {}
}

/// The first statements of an attempt: lock the ledger row, then the period, and look at both.
package enum TaskClaim {
    /// The attempt goes on.
    case mine(TaskRow)
    /// The row is final already.
    case settled(TaskState)
    /// A newer load owns the period.
    case overtaken
    /// Somebody has cancelled the task, and the row does not say so yet.
    case cancelled
    /// Somebody has paused the task.
    case paused
    /// The next attempt is due only after that time.
    case early(Duration)
    /// The same, and a message waits for it in a retry queue.
    case redundant(Duration)

    /// Locks the ledger row, then the period, and looks at both; a rehearsal does not care what people
    /// have ordered, nor when the next attempt is due.
    ///
    /// The transaction shows `ticket` from now on.
    package static func take(
        _ task: LoadTaskID,
        by worker: String,
        showing ticket: Ticket = Ticket(nil),
        obeysOrders: Bool = true,
        on connection: PostgresConnection
    ) async throws -> TaskClaim {
        do {
            let (row, state, hindrance) = try await lockTask(
                task,
                by: worker,
                showing: ticket,
                on: connection
            )
            guard !state.isFinal else { return .settled(state) }
            if let hindrance, obeysOrders { return hindrance }
            let standing = try await standing(of: row, load: task.load, on: connection)
            guard standing.isOvertaken else { return .mine(row) }
            let claim = OvertakenClaim(
                task: task,
                row: row,
                isClosed: standing.isClosed,
                connection: connection
            )
            return try await claim.yields() ? .overtaken : .mine(row)
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw TaskIsBusy()
        }
    }

    /// The outcome of an attempt that does not go on.
    package func settle(
        _ task: LoadTaskID,
        on connection: PostgresConnection
    ) async throws -> TaskOutcome {
        switch self {
        case .mine: preconditionFailure("a claim that holds the task is not settled")
        case .settled(.cancelled): return .cancelled
        case .settled(.superseded): return .superseded
        case .settled(.failed): return .failed(try await Self.failure(of: task, on: connection))
        case .settled: return .alreadyDone
        case .paused: return .paused
        case .redundant(let time): return .redundant(after: time)
        case .early(let time):
            try await TaskTable(connection).park(task, for: RetryTier.fitting(time))
            return .early(after: time)
        case .cancelled:
            try await TaskTable(connection).end(task.isRow, as: .cancelled)
            return .cancelled
        case .overtaken:
            try await TaskTable(connection).end(task.isRow, as: .superseded)
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
            from longshore.task where \(task.isRow)
            """
        )
        guard let row = rows.first else { throw LedgerError.unknownTask(task) }
        return TaskFailure(
            code: try row.text("code"),
            message: try row.text("message"),
            isRetryable: false
        )
    }

    /// Locks the ledger row and reads it, together with what people have ordered.
    ///
    /// For the length of the transaction the session is called by its task and worker, so that the
    /// server's own views, and `longshore why`, tell which session runs which task. When its process dies,
    /// the server notices even in the midst of a long statement, and lets go of the row; before
    /// version 14 it cannot.
    private static func lockTask(
        _ task: LoadTaskID,
        by worker: String,
        showing ticket: Ticket,
        on connection: PostgresConnection
    ) async throws -> (TaskRow, TaskState, TaskClaim?) {
        let rows = try await connection.query(
            """
            select \(LedgerSchema.versionSQL) as ledger_version,
                t.kind, t.name, t.schema_name, t.table_name, t.period, t.state,
                l.state as load_state, l.kind as load_kind, l.refresh, l.pipeline, l.definition, l.folder, d.bundle,
                l.created_at::text as load_created,
                extract(epoch from l.created_at)::bigint as load_created_at,
                extract(epoch from t.retry_at - clock_timestamp())::float8 as early,
                coalesce(t.parked_until > clock_timestamp(), false) as is_parked,
                pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon,
                set_config('application_name', \(SessionName.of(task, worker: worker)), true)
                    as session_name,
                \(ticket.shown) as ticket,
                case when current_setting('server_version_num')::integer >= 140000 then
                    set_config('client_connection_check_interval', '1s', true) end as checked_every,
                set_config('tcp_keepalives_idle', '10', true) as asked_after,
                set_config('tcp_keepalives_interval', '5', true) as asked_every,
                set_config('tcp_keepalives_count', '4', true) as asked_times,
                exists (select from longshore.intervention i
                    where \(InterventionTable.pauses)
                        and coalesce(i.ordinal, t.ordinal) = t.ordinal) as is_paused,
                exists (select from longshore.intervention i
                    where i.kind = \(OrderKind.cancel) and i.load_id = l.id and i.ordinal = t.ordinal)
                    as is_cancelled
            from longshore.task t
            join longshore.load l on l.id = t.load_id
            join longshore.definition d on d.digest = l.definition
            where t.load_id = \(task.load) and t.ordinal = \(task.ordinal)
            for update of t nowait
            """
        )
        guard let row = rows.first else { throw LedgerError.unknownTask(task) }
        try LedgerSchema.refuseNewer(row.integer("ledger_version"))
        let state = try row.word("state", as: TaskState.self)
        let found = TaskRow(
            kind: try row.word("kind"),
            name: try row.text("name"),
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            period: try row.text("period"),
            definition: try StoredDefinition(row, ofLoad: task.load),
            isReplay: try row.word("load_kind", as: LoadKind.self) == .replay,
            refreshes: try row.boolean("refresh"),
            isWaiting: state == .waiting,
            horizon: try row.integer("horizon", as: Int64.self),
            loadCreated: try row.text("load_created"),
            loadCreatedAt: try row.integer("load_created_at")
        )
        return (found, state, try hindrance(in: row))
    }

    /// What keeps the attempt from going on: an order of a person, or that it is not due yet.
    ///
    /// A message can come early because it was doubled, or published again although it was not lost.
    private static func hindrance(in row: PostgresRow) throws -> TaskClaim? {
        let isOfCancelledLoad = try row.word("load_state", as: LoadState.self) == .cancelled
        if try isOfCancelledLoad || row.boolean("is_cancelled") { return .cancelled }
        if try row.boolean("is_paused") { return .paused }
        guard let early = try row.optionalDouble("early"), early > 0 else { return nil }
        let time = Duration.seconds(early)
        return try row.boolean("is_parked") ? .redundant(time) : .early(time)
    }

    /// Locks the period and asks whether a newer load has it, and whether it is closed.
    ///
    /// A fact's period belongs to the newest load that asked for it, as long as that load runs or has
    /// loaded it: one that ended without it owns nothing. A dimension or mart is
    /// merged or computed again by whoever comes, unless a newer load has already done it: an older
    /// load's facts still need it.
    private static func standing(
        of row: TaskRow,
        load: Int64,
        on connection: PostgresConnection
    ) async throws -> (isOvertaken: Bool, isClosed: Bool) {
        // Another attempt of the same period, by an older load, may be about to commit.
        try await connection.waitingForLocks(atMost: .seconds(2)) {
            try await TableLock(row.key).take(on: connection)
        }
        let rows = try await connection.query(
            """
            select loaded_by, state, reason, (select l.id from longshore.load l
                where l.id = claimed_by and l.state = \(LoadState.running)) as claimed_by
            from longshore.control where \(row.key.isRow)
            """
        )
        guard let control = rows.first else { return (false, false) }
        // A replay adds to what is there, whoever loaded it: the rejects say whether they still count.
        let owners = row.isReplay ? [] : ["loaded_by"] + (row.kind == .fact ? ["claimed_by"] : [])
        let isOvertaken = try owners.contains { owner in
            try control.optionalInteger(owner, as: Int64.self).map { $0 > load } ?? false
        }
        let isClosed = try control.word("state", as: PeriodState.self) == .closed
        if !isOvertaken, isClosed {
            throw LedgerError.closed(
                row.table,
                row.period,
                reason: try control.optionalText("reason")
            )
        }
        return (isOvertaken, isClosed)
    }
}

/// What a session that runs a task is called by the server.
enum SessionName {
    /// `longshore 7.12 host-123-abc`; the server cuts it at 63 bytes.
    static func of(_ task: LoadTaskID, worker: String) -> String {
        "\(prefix(of: task))\(worker)"
    }

    /// What the name of every attempt's session begins with.
    static let prefix = "longshore "

    /// A regular expression of Postgres that finds the load's number and the task's ordinal.
    static let pattern = "^\(prefix)([0-9]{1,18})\\.([0-9]{1,9}) "

    /// What the name begins with.
    static func prefix(of task: LoadTaskID) -> String { "\(prefix)\(task) " }
}
