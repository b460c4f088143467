import Pipelines
public import Planning
import Postgres

/// A load in one line.
public struct LoadReport: Sendable, Codable {
    /// Its number.
    public var load: Int64
    /// The pipeline's name.
    public var pipeline: String
    /// Whether it is a replay of rejects.
    public var kind: LoadKind
    /// Where it stands.
    public var state: LoadState
    /// The first and last period, when it has any.
    public var periods: String?
    /// Tasks by state.
    public var tasks: [TaskState: Int]
    /// Who asked for it.
    public var requestedBy: String
    /// When, in UTC.
    public var createdAt: String
    /// Seconds from its creation to its end, or to now.
    public var seconds: Double
    /// Who coordinates it now, or has let go of it because there is nothing to do.
    public var coordinator: String?
    /// Who paused it, while it runs.
    public var pausedBy: Interventions.PausedBy?
    /// The fleet that it belongs to, when that is another one than who asks.
    public var foreignFleet: String?

    /// Where it stands, in a word.
    public var standing: String { pausedBy == nil ? state.rawValue : "paused" }

    /// What hinders a running load; `nil` for one that goes on or has ended.
    public var hindrance: String? {
        guard state == .running else { return nil }
        let name = "\(kind.rawValue) \(load) of \(pipeline)"
        if let pausedBy { return "\(name) is \(pausedBy.words)" }
        guard coordinator == nil else { return nil }
        if let foreignFleet {
            return "\(name) is not finished, and nobody coordinates it; "
                + "it belongs to another fleet, whose coordinators take it: "
                + "LONGSHORE_FLEET=\(foreignFleet) longshore coordinator"
        }
        return "\(name) is not finished, and nobody coordinates it; "
            + "go on with: longshore resume \(load)"
    }
}

/// A load task as the ledger keeps it.
public struct TaskReport: Sendable, Codable {
    /// Its place in the plan.
    public var ordinal: Int
    /// The kind of its table.
    public var kind: LoadTaskKind
    /// The table that it fills.
    public var table: String
    /// The period's label; empty for whole tables.
    public var period: String
    /// Where it stands.
    public var state: TaskState
    /// What it did to rows, once it is done.
    public var counts: RowCounts?
    /// How many rows each rule has refused.
    public var rejects: [String: Int]
    /// Rows of earlier loads that it removed.
    public var replaced: Int?
    /// Seconds from BEGIN to COMMIT, once it is done.
    public var seconds: Double?
    /// Attempts that ended in an error.
    public var failures: Int
    /// Attempts that ended with their worker.
    public var crashes: Int
    /// Why the last attempt failed, when it did.
    public var failure: String?
    /// Expectations that did not hold and let it commit all the same.
    public var warnings: [String]
}

/// A line of the control table.
public struct PeriodReport: Sendable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// The table with its schema.
    public var table: String
    /// The period's label; empty for a table that is loaded whole.
    public var period: String
    /// How it stands.
    public var state: PeriodState
    /// Why it is stale, closed or awaited.
    public var reason: String?
    /// What has changed since it was loaded: its definition, the files that it was read from.
    public var changes: [String] = []
    /// Who closed it.
    public var closedBy: String?
    /// The load that loaded it last.
    public var loadedBy: Int64?
    /// When, in UTC.
    public var loadedAt: String?
    /// Rows that it has.
    public var rows: Int?
    /// Rows that were rejected.
    public var rejected: Int?

    package init(
        pipeline: String,
        table: String,
        period: String,
        state: PeriodState,
        reason: String? = nil,
        changes: [String] = [],
        closedBy: String? = nil,
        loadedBy: Int64? = nil,
        loadedAt: String? = nil,
        rows: Int? = nil,
        rejected: Int? = nil
    ) {
        self.pipeline = pipeline
        self.table = table
        self.period = period
        self.state = state
        self.reason = reason
        self.changes = changes
        self.closedBy = closedBy
        self.loadedBy = loadedBy
        self.loadedAt = loadedAt
        self.rows = rows
        self.rejected = rejected
    }
}

/// What people ask the ledger.
extension PostgresLedger {
    /// The newest loads, newest first.
    public func loads(limit: Int) async throws -> [LoadReport] {
        try await loads(where: "true order by l.id desc limit \(limit)")
    }

    /// One load, or `nil` when there is none of that number.
    public func report(ofLoad load: Int64) async throws -> LoadReport? {
        try await loads(where: "l.id = \(load)").first
    }

    /// The loads of a pipeline that are not over, oldest first.
    public func unfinishedLoads(ofPipeline pipeline: String) async throws -> [LoadReport] {
        try await loads(
            where: "l.state = 'running' and l.pipeline = \(pipeline) order by l.id"
        )
    }

    private func loads(where condition: SQL) async throws -> [LoadReport] {
        try await query(
            Self.loadsSQL(where: condition, fleet: fleet)
        )
        .map(LoadReport.init)
    }

    private static func loadsSQL(where condition: SQL, fleet: String) -> SQL {
        """
        select l.id, l.pipeline, l.kind, l.state, l.periods[1] as first,
            l.periods[array_upper(l.periods, 1)] as last, l.requested_by,
            \(isoTime("l.created_at")) as created_at,
            extract(epoch from coalesce(l.finished_at, clock_timestamp()) - l.created_at)::float8
                as seconds,
            case when greatest(l.lease_until, l.rests_until) > clock_timestamp()
                then l.coordinator end as coordinator,
            t.tasks, h.target, h.ordered_by, h.reason,
            nullif(l.fleet, \(fleet)::text) as foreign_fleet
        from longshore.load l
        cross join lateral (
            select string_agg(state || '=' || count, ' ') as tasks
            from (select state, count(*) from longshore.task
                  where load_id = l.id group by state) s) t
        left join lateral (
            select coalesce(pipeline, load_id::text) as target, ordered_by, reason
            from longshore.intervention i
            where kind = 'pause' and ordinal is null
                and (i.pipeline = l.pipeline or i.load_id = l.id)
            order by ordered_at limit 1) h on l.state = 'running'
        where \(condition)
        """
    }

    /// The tasks of a load in the order of its plan.
    public func tasks(ofLoad load: Int64) async throws -> [TaskReport] {
        let rows = try await query(
            """
            select ordinal, kind, table_name, period, state, rows_read, rows_loaded, rows_rejected,
                rows_deduplicated, rows_replaced, failures, crashes,
                extract(epoch from committed_at - started_at)::float8 as seconds,
                array_to_string(warnings, E'\\n') as warnings,
                case when state <> 'done' and failure_code is not null
                    then failure_message || ' [' || failure_code || ']' end as failure
            from longshore.task where load_id = \(load) order by ordinal
            """
        )
        let rejects = try await rejectsByRule(ofLoad: load)
        return try rows.map { row in
            TaskReport(
                ordinal: try row.integer("ordinal"),
                kind: LoadTaskKind(rawValue: try row.text("kind")) ?? .fact,
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: TaskState(rawValue: try row.text("state")) ?? .waiting,
                counts: try Self.rowCounts(row),
                rejects: rejects[try row.integer("ordinal")] ?? [:],
                replaced: try row.optionalInteger("rows_replaced"),
                seconds: try row.optionalDouble("seconds"),
                failures: try row.integer("failures"),
                crashes: try row.integer("crashes"),
                failure: try row.optionalText("failure"),
                warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                    .map { String($0) }
                    ?? []
            )
        }
    }

    private func rejectsByRule(ofLoad load: Int64) async throws -> [Int: [String: Int]] {
        let rows = try await query(
            """
            select ordinal, rule, count(*) as n from longshore.reject where load_id = \(load)
            group by ordinal, rule
            """
        )
        var counts: [Int: [String: Int]] = [:]
        for row in rows {
            counts[try row.integer("ordinal"), default: [:]][try row.text("rule")] =
                try row.integer("n")
        }
        return counts
    }

    private static func rowCounts(_ row: PostgresRow) throws -> RowCounts? {
        guard let read = try row.optionalInteger("rows_read") else { return nil }
        return RowCounts(
            read: Int(read),
            loaded: try row.integer("rows_loaded"),
            rejected: try row.integer("rows_rejected"),
            deduplicated: try row.integer("rows_deduplicated")
        )
    }

    /// What the control table says of facts, of one pipeline or all; and of the marts that are behind them.
    package func recordedPeriods(ofPipeline pipeline: String?) async throws -> [PeriodReport] {
        let rows = try await query(
            """
            select pipeline, schema_name || '.' || table_name as table_name, period, state, reason,
                closed_by, loaded_by, rows_loaded, rows_rejected,
                \(isoTime("loaded_at")) as loaded_at
            from longshore.control
            where (kind = 'fact' or kind = 'mart' and state in ('pending', 'stale') and reason is not null)
                and (\(pipeline)::text is null or pipeline = \(pipeline))
            order by pipeline, table_name, period
            """
        )
        return try rows.map { row in
            PeriodReport(
                pipeline: try row.text("pipeline"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.periodState("state"),
                reason: try row.optionalText("reason"),
                closedBy: try row.optionalText("closed_by"),
                loadedBy: try row.optionalInteger("loaded_by", as: Int64.self),
                loadedAt: try row.optionalText("loaded_at"),
                rows: try row.optionalInteger("rows_loaded"),
                rejected: try row.optionalInteger("rows_rejected")
            )
        }
    }
}

extension LoadReport {
    fileprivate init(_ row: PostgresRow) throws {
        let first = try row.optionalText("first")
        let last = try row.optionalText("last")
        self.init(
            load: try row.integer("id", as: Int64.self),
            pipeline: try row.text("pipeline"),
            kind: LoadKind(rawValue: try row.text("kind")) ?? .load,
            state: LoadState(rawValue: try row.text("state")) ?? .running,
            periods: first == last ? first : "\(first ?? "")..\(last ?? "")",
            tasks: try Self.counts(row),
            requestedBy: try row.text("requested_by"),
            createdAt: try row.text("created_at"),
            seconds: try row.double("seconds"),
            coordinator: try row.optionalText("coordinator"),
            pausedBy: try row.optionalText("target")
                .map { target in
                    Interventions.PausedBy(
                        target: target,
                        person: try row.text("ordered_by"),
                        reason: try row.optionalText("reason")
                    )
                },
            foreignFleet: try row.optionalText("foreign_fleet")
        )
    }

    private static func counts(_ row: PostgresRow) throws -> [TaskState: Int] {
        var counts: [TaskState: Int] = [:]
        for pair in try row.optionalText("tasks")?.split(separator: " ") ?? [] {
            let parts = pair.split(separator: "=")
            guard let state = TaskState(rawValue: String(parts[0])) else { continue }
            counts[state] = Int(parts[1])
        }
        return counts
    }
}
