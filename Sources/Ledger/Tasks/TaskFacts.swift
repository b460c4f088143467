import Pipelines
public import Planning
import Postgres
import Words

/// What the ledger and the server know of one load task: what `longshore why` explains.
public struct TaskFacts: Sendable, Hashable {
    /// The task.
    public var task: LoadTaskID
    /// The table that it fills.
    public var table: String
    /// The period's label; empty for whole tables.
    public var period: String
    /// Where it stands.
    public var state: TaskState
    /// Where its load stands.
    public var loadState: LoadState
    /// The pipeline's name.
    public var pipeline: String
    /// The fleet that its load belongs to, when that is another one than who asks.
    public var foreignFleet: String?
    /// Who coordinates the load now, or has let go of it because there is nothing to do.
    public var coordinator: String?
    /// The queue that it goes to.
    public var pool: String
    /// Seconds since it was published.
    public var publishedAgo: Double?
    /// Seconds until its next attempt; negative when that is due.
    public var retryIn: Double?
    /// When that is, in UTC.
    public var retryAt: String?
    /// When it was committed, in UTC.
    public var committedAt: String?
    /// The worker that committed or failed it last.
    public var worker: String?
    /// Attempts that ended in an error, and with their worker.
    public var failures: Int
    /// Attempts that ended with their worker.
    public var crashes: Int
    /// Attempts that the fleet's own servers ended; they do not count.
    public var outages: Int
    /// Attempts that did not find their source, one after the other until now.
    public var absences: Int
    /// When the first of them was, in UTC; `nil` when the source is not awaited.
    public var absentSince: String?
    /// When its absence becomes a failure, in UTC.
    public var awaitedUntil: String?
    /// Why the last attempt failed.
    public var failure: String?
    /// The newer load that owns its period in its stead, or has loaded it.
    public var owner: Int64?
    /// The newest load that asked for its period, if that is a newer one, whatever became of it.
    public var claimant: Int64?
    /// Where that one stands.
    public var claimantState: LoadState?
    /// The sessions that hold its row.
    public var sessions: [Session]
    /// What people ordered about it.
    public var orders: [Order]

    /// A session of Postgres that runs the task.
    public struct Session: Sendable, Hashable, Codable {
        /// The number of its process on the server.
        public var pid: Int
        /// The worker.
        public var worker: String
        /// When its transaction began, in UTC; `nil` where the server does not tell this login.
        public var since: String?
        /// What it waits for on the server, other than its worker.
        public var waitsFor: String?
        /// The sessions whose locks it waits for.
        public var blockedBy: [Blocker]
    }

    /// A session whose lock somebody waits for.
    public struct Blocker: Sendable, Hashable, Codable {
        /// The number of its process on the server.
        public var pid: Int
        /// Its login.
        public var user: String?
        /// What it calls itself, such as `psql`.
        public var program: String?
        /// When its transaction began, in UTC; `nil` where the server does not tell this login.
        public var since: String?

        /// Whether it is an attempt of a worker.
        public var isAttempt: Bool { program?.hasPrefix(SessionName.prefix) ?? false }
    }

    /// A pause or cancellation.
    public struct Order: Sendable, Hashable, Codable {
        /// What is ordered.
        public var kind: OrderKind
        /// The pipeline, load or task that it was given for.
        public var target: String
        /// Who gave it.
        public var by: String
        /// When, in UTC.
        public var at: String
        /// Why.
        public var reason: String?
    }

    /// The table, and the period where it has one.
    public var label: String { sliceLabel(period, of: table) }
}

extension TaskReports {
    /// What is known of a task; `nil` when there is none.
    ///
    /// - Throws: ``LedgerError`` when there is no such load.
    public func facts(of task: LoadTaskID) async throws -> TaskFacts {
        try await client.transaction { connection in
            try await OrderScope(.task(task), connection).requireKnown()
            let rows = try await connection.query(Self.factsSQL(of: task, fleet: fleet))
            guard let row = rows.first else { throw LedgerError.unknownTask(task) }
            var facts = try Self.facts(of: task, row)
            facts.sessions = try await Self.sessions(of: task, on: connection)
            facts.orders = try await Self.orders(about: task, on: connection)
            return facts
        }
    }

    private static func factsSQL(of task: LoadTaskID, fleet: String) -> SQL {
        """
        select t.table_name, t.period, t.state, t.pool, t.worker, t.failures, t.crashes, t.outages,
            t.absences, \(isoTime("t.absent_since")) as absent_since,
            \(isoTime("t.awaited_until")) as awaited_until,
            l.state as load_state, l.pipeline, nullif(l.fleet, \(fleet)) as foreign_fleet,
            \(LoadTable.liveCoordinator) as coordinator,
            extract(epoch from clock_timestamp() - t.published_at)::float8 as published_ago,
            extract(epoch from t.retry_at - clock_timestamp())::float8 as retry_in,
            \(isoTime("t.retry_at")) as retry_at,
            \(isoTime("t.committed_at")) as committed_at,
            \(TaskTable.lastFailure) as failure,
            nullif(greatest(l.id, c.loaded_by,
                case when n.state = \(LoadState.running) and t.kind = \(LoadTaskKind.fact) then n.id end), l.id) as owner,
            nullif(greatest(l.id, n.id), l.id) as claimant, n.state as claimant_state
        from longshore.task t join longshore.load l on l.id = t.load_id
        left join longshore.control c on \(ControlTable.isOf("t"))
        left join longshore.load n on n.id = c.claimed_by
        where t.load_id = \(task.load) and t.ordinal = \(task.ordinal)
        """
    }

    private static func facts(of task: LoadTaskID, _ row: PostgresRow) throws -> TaskFacts {
        TaskFacts(
            task: task,
            table: try row.text("table_name"),
            period: try row.text("period"),
            state: try row.word("state"),
            loadState: try row.word("load_state"),
            pipeline: try row.text("pipeline"),
            foreignFleet: try row.optionalText("foreign_fleet"),
            coordinator: try row.optionalText("coordinator"),
            pool: try row.text("pool"),
            publishedAgo: try row.optionalDouble("published_ago"),
            retryIn: try row.optionalDouble("retry_in"),
            retryAt: try row.optionalText("retry_at"),
            committedAt: try row.optionalText("committed_at"),
            worker: try row.optionalText("worker"),
            failures: try row.integer("failures"),
            crashes: try row.integer("crashes"),
            outages: try row.integer("outages"),
            absences: try row.integer("absences"),
            absentSince: try row.optionalText("absent_since"),
            awaitedUntil: try row.optionalText("awaited_until"),
            failure: try row.optionalText("failure"),
            owner: try row.optionalInteger("owner", as: Int64.self),
            claimant: try row.optionalInteger("claimant", as: Int64.self),
            claimantState: try row.optionalWord("claimant_state"),
            sessions: [],
            orders: []
        )
    }

    private static func sessions(
        of task: LoadTaskID,
        on connection: PostgresConnection
    ) async throws -> [TaskFacts.Session] {
        let prefix = SessionName.prefix(of: task)
        let rows = try await connection.query(
            """
            select pid, application_name,
                case when wait_event_type <> 'Client' then wait_event_type || ' ' || wait_event end
                    as waits_for,
                \(isoTime("xact_start")) as since
            from pg_stat_activity
            where starts_with(application_name, \(prefix)) and datname = current_database()
            order by xact_start
            """
        )
        var sessions: [TaskFacts.Session] = []
        for row in rows {
            let pid: Int = try row.integer("pid")
            sessions.append(
                TaskFacts.Session(
                    pid: pid,
                    worker: String(try row.text("application_name").dropFirst(prefix.count)),
                    since: try row.optionalText("since"),
                    waitsFor: try row.optionalText("waits_for"),
                    blockedBy: try await blockers(of: pid, on: connection)
                )
            )
        }
        return sessions
    }

    private static func blockers(
        of pid: Int,
        on connection: PostgresConnection
    ) async throws -> [TaskFacts.Blocker] {
        let rows = try await connection.query(
            """
            select b.pid, a.usename, nullif(a.application_name, '') as program,
                \(isoTime("a.xact_start")) as since
            from unnest(pg_blocking_pids(\(pid)::integer)) as b (pid)
            left join pg_stat_activity a on a.pid = b.pid order by b.pid
            """
        )
        return try rows.map { row in
            TaskFacts.Blocker(
                pid: try row.integer("pid"),
                user: try row.optionalText("usename"),
                program: try row.optionalText("program"),
                since: try row.optionalText("since")
            )
        }
    }

    private static func orders(
        about task: LoadTaskID,
        on connection: PostgresConnection
    ) async throws -> [TaskFacts.Order] {
        let rows = try await connection.query(
            """
            select i.kind, i.ordered_by, i.reason,
                coalesce(i.pipeline, i.load_id || coalesce('.' || i.ordinal, '')) as target,
                \(isoTime("i.ordered_at")) as at
            from longshore.load l join longshore.intervention i
                on i.pipeline = l.pipeline or (i.load_id = l.id and coalesce(i.ordinal, \(task.ordinal)) = \(task.ordinal))
            where l.id = \(task.load) order by i.kind, i.id
            """
        )
        return try rows.map { row in
            TaskFacts.Order(
                kind: try row.word("kind"),
                target: try row.text("target"),
                by: try row.text("ordered_by"),
                at: try row.text("at"),
                reason: try row.optionalText("reason")
            )
        }
    }
}
