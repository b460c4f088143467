public import Planning
import Postgres
import Rows

/// A period of a table, as its own page shows it.
public struct PeriodStanding: Sendable, Codable {
    /// A load of it that has ended or runs.
    public struct Past: Sendable, Hashable, Codable {
        /// The load.
        public var load: Int64
        /// The task's number in it.
        public var task: Int
        /// How the task stands.
        public var state: TaskState
        /// When it committed, in UTC; `nil` where it did not.
        public var committedAt: String?
        /// Rows that it loaded.
        public var rows: Int?
        /// Rows that it rejected.
        public var rejected: Int?
    }

    /// A file that it was read from.
    public struct Input: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its bytes.
        public var size: Int
        /// The hexadecimal digits of its digest, SHA-256.
        public var digest: String
    }

    /// The pipeline.
    public var pipeline: String
    /// The table's schema.
    public var schema: String
    /// The table.
    public var table: String
    /// The label of the period.
    public var period: String
    /// Whether it is a fact or a mart.
    public var kind: LoadTaskKind
    /// What the control table says of it.
    public var state: PeriodState
    /// Why it is stale or closed.
    public var reason: String?
    /// Who closed it.
    public var closedBy: String?
    /// What the task did to rows that loaded it.
    public var counts: RowCounts?
    /// The load that loaded it.
    public var load: Int64?
    /// The number of its task.
    public var task: Int?
    /// How many attempts failed before.
    public var failures: Int?
    /// When it was loaded, in UTC.
    public var loadedAt: String?
    /// Seconds from BEGIN to COMMIT.
    public var seconds: Double?
    /// The files that it was read from.
    public var inputs: [Input]
    /// The digest of the definition by which it was loaded.
    public var definition: String?
    /// Expectations that did not hold and let it commit all the same.
    public var warnings: [String]
    /// What was expected of what is loaded, and what was seen; none of what was loaded by an earlier version.
    public var audits: [AuditResult]
    /// What did not hold of the newest attempt at it, where that has failed.
    public var refused: [AuditResult]
    /// Open rejects by rule.
    public var rejects: [String: Int]
    /// What loads have done with it, the newest first.
    public var history: [Past]
}

extension GridDesk {
    /// A period of a table; `nil` where the ledger knows nothing of it.
    public func period(
        _ label: String,
        ofTable table: String,
        in schema: String
    ) async throws -> PeriodStanding? {
        let key: SQL = "schema_name = \(schema) and table_name = \(table) and period = \(label)"
        let rows = try await client.query(
            """
            select c.pipeline, c.kind, c.state, c.reason, c.closed_by, c.loaded_by,
                \(isoTime("c.loaded_at")) as loaded_at, c.table_definition, t.ordinal, t.failures,
                t.rows_read, t.rows_loaded, t.rows_rejected, t.rows_deduplicated,
                extract(epoch from t.committed_at - t.started_at)::float8 as seconds,
                t.inputs::text as inputs, array_to_string(t.warnings, E'\\n') as warnings
            from (select * from longshore.control where \(key)) c
            left join longshore.task t on t.load_id = c.loaded_by
                and \(ControlTable.isOf("t")) and t.state = \(TaskState.done)
            limit 1
            """
        )
        guard let row = rows.first else { return nil }
        return PeriodStanding(
            pipeline: try row.text("pipeline"),
            schema: schema,
            table: table,
            period: label,
            kind: try row.word("kind"),
            state: try row.word("state"),
            reason: try row.optionalText("reason"),
            closedBy: try row.optionalText("closed_by"),
            counts: try TaskReports.rowCounts(row),
            load: try row.optionalInteger("loaded_by", as: Int64.self),
            task: try row.optionalInteger("ordinal"),
            failures: try row.optionalInteger("failures"),
            loadedAt: try row.optionalText("loaded_at"),
            seconds: try row.optionalDouble("seconds"),
            inputs: (try row.optionalText("inputs")).flatMap(InputRecord.read)?
                .map {
                    PeriodStanding.Input(name: $0.name, size: $0.size, digest: $0.digest)
                } ?? [],
            definition: try row.optionalText("table_definition"),
            warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                .map { String($0) } ?? [],
            audits: try await audits(
                of: row.optionalInteger("loaded_by", as: Int64.self),
                row.optionalInteger("ordinal")
            ),
            refused: try await refused(key),
            rejects: try await openRejects(key),
            history: try await history(key)
        )
    }

    /// What was expected of what a task has loaded.
    private func audits(of load: Int64?, _ ordinal: Int?) async throws -> [AuditResult] {
        guard let load, let ordinal else { return [] }
        return
            try await client.query(
                """
                select \(AuditResult.columns) from longshore.task t
                join longshore.attempt a on \(AttemptTable.hasLoaded("t"))
                join longshore.audit u on u.load_id = a.load_id and u.ordinal = a.ordinal and u.number = a.number
                where t.load_id = \(load) and t.ordinal = \(ordinal) order by place
                """
            )
            .map(AuditResult.init)
    }

    /// What did not hold of the newest attempt of the newest task, where that attempt has failed.
    private func refused(_ key: SQL) async throws -> [AuditResult] {
        try await client.query(
            """
            with a as (
                select a.load_id, a.ordinal, a.number, a.kind
                from (select load_id, ordinal from longshore.task where \(key)
                    order by load_id desc limit 1) t
                join longshore.attempt a using (load_id, ordinal) order by a.number desc limit 1)
            select \(AuditResult.columns) from a join longshore.audit using (load_id, ordinal, number)
            where a.kind <> \(AttemptEnd.done) and not held order by place
            """
        )
        .map(AuditResult.init)
    }

    private func openRejects(_ key: SQL) async throws -> [String: Int] {
        let rows = try await client.query(
            """
            select rule, count(*) as n from longshore.reject where state = \(RejectState.open) and \(key)
            group by rule
            """
        )
        return Dictionary(
            try rows.map { (try $0.text("rule"), try $0.integer("n")) },
            uniquingKeysWith: +
        )
    }

    private func history(_ key: SQL) async throws -> [PeriodStanding.Past] {
        try await client.query(
            """
            select load_id, ordinal, state, \(isoTime("committed_at")) as committed_at, rows_loaded,
                rows_rejected
            from longshore.task where \(key) order by load_id desc limit 20
            """
        )
        .map { row in
            PeriodStanding.Past(
                load: try row.integer("load_id", as: Int64.self),
                task: try row.integer("ordinal"),
                state: try row.word("state"),
                committedAt: try row.optionalText("committed_at"),
                rows: try row.optionalInteger("rows_loaded"),
                rejected: try row.optionalInteger("rows_rejected")
            )
        }
    }
}
