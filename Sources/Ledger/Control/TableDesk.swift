public import Planning
import Postgres

/// A table of the star as the control table knows it.
public struct TableSummary: Sendable, Hashable, Codable {
    /// The pipeline.
    public var pipeline: String
    /// The kind of the table.
    public var kind: LoadTaskKind
    /// The name that the definition gives it.
    public var name: String
    /// Its schema.
    public var schema: String
    /// The table.
    public var table: String
    /// How many periods of it stand how; a table that is loaded whole has one.
    public var periods: [PeriodState: Int]
    /// Its newest period that has rows; `nil` for a table that is loaded whole, and for one that is empty.
    public var newest: String?
    /// Rows, as the loads have counted them.
    public var rows: Int
    /// Rows that were rejected.
    public var rejected: Int
    /// The load that wrote it last.
    public var load: Int64?
    /// When that was, in UTC.
    public var loadedAt: String?
    /// Seconds since then.
    public var age: Int?
    /// Whether it is loaded by period.
    public var isByPeriod: Bool
}

/// A table with its columns and what loads have done to it.
public struct TableReport: Sendable, Hashable, Codable {
    /// A column, as Postgres has it.
    public struct Column: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its type.
        public var type: String
        /// Whether it may be null.
        public var isNullable: Bool
        /// What is said of it.
        public var comment: String?
    }

    /// How much a period has.
    public struct Volume: Sendable, Hashable, Codable {
        /// The period's label; empty for a table that is loaded whole.
        public var period: String
        /// How it stands.
        public var state: PeriodState
        /// Rows that were loaded.
        public var rows: Int?
        /// Rows that were rejected.
        public var rejected: Int?
        /// The load.
        public var load: Int64?
        /// When it was loaded, in UTC.
        public var loadedAt: String?
    }

    /// What a load has done to it.
    public struct Past: Sendable, Hashable, Codable {
        /// The load.
        public var load: Int64
        /// The task's number in it.
        public var task: Int
        /// The period's label; empty for a table that is loaded whole.
        public var period: String
        /// How the task stands.
        public var state: TaskState
        /// When it committed, in UTC.
        public var committedAt: String?
        /// Rows that it loaded.
        public var rows: Int?
        /// Expectations that did not hold and let it commit all the same.
        public var warnings: [String]
    }

    /// What the control table knows of it.
    public var summary: TableSummary
    /// Its columns, in their order; none where it is not there.
    public var columns: [Column]
    /// Its newest periods, in their order: at most ``TableDesk/mostPeriods``.
    public var volume: [Volume]
    /// What loads have done to it, the newest first.
    public var history: [Past]
}

/// Looks at tables of the star.
public struct TableDesk: Sendable {
    /// The most periods of a report.
    public static let mostPeriods = 60
    /// The most tables of a list.
    public static let mostTables = 500

    let client: PostgresClient

    /// The tables of one pipeline, or of all, by pipeline and kind.
    public func summaries(ofPipeline pipeline: String? = nil) async throws -> [TableSummary] {
        try await summaries(where: "(\(pipeline)::text is null or pipeline = \(pipeline))")
    }

    /// A table; `nil` where no load knows it.
    public func report(_ table: String, in schema: String) async throws -> TableReport? {
        let key: SQL = "schema_name = \(schema) and table_name = \(table)"
        guard let summary = try await summaries(where: key).first else { return nil }
        return TableReport(
            summary: summary,
            columns: try await columns(of: table, in: schema),
            volume: try await volume(key),
            history: try await history(key)
        )
    }

    private func summaries(where condition: SQL) async throws -> [TableSummary] {
        let kinds = LoadTaskKind.allCases.filter(\.hasTable)
        let rows = try await client.query(
            """
            select pipeline, kind, name, schema_name, table_name,
                count(*) filter (where state = \(PeriodState.pending)) as pending,
                count(*) filter (where state = \(PeriodState.loaded)) as loaded,
                count(*) filter (where state = \(PeriodState.stale)) as stale,
                count(*) filter (where state = \(PeriodState.closed)) as closed,
                max(period) filter (where loaded_by is not null) as newest,
                coalesce(sum(rows_loaded), 0)::bigint as rows,
                coalesce(sum(rows_rejected), 0)::bigint as rejected, max(loaded_by) as load,
                \(isoTime("max(loaded_at)")) as loaded_at,
                extract(epoch from clock_timestamp() - max(loaded_at))::bigint as age,
                bool_or(period <> '') as is_by_period
            from longshore.control where kind in (\(kinds)) and \(condition)
            group by pipeline, kind, name, schema_name, table_name
            order by pipeline, kind, name limit \(Self.mostTables)
            """
        )
        return try rows.map(TableSummary.init)
    }

    private func columns(of table: String, in schema: String) async throws -> [TableReport.Column] {
        try await client.query(
            """
            select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
                not a.attnotnull as is_nullable, col_description(c.oid, a.attnum) as comment
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where n.nspname = \(schema)::text and c.relname = \(table)::text order by a.attnum
            """
        )
        .map { row in
            TableReport.Column(
                name: try row.text("name"),
                type: try row.text("type"),
                isNullable: try row.boolean("is_nullable"),
                comment: try row.optionalText("comment")
            )
        }
    }

    private func volume(_ key: SQL) async throws -> [TableReport.Volume] {
        try await client.query(
            """
            select period, state, rows_loaded, rows_rejected, loaded_by,
                \(isoTime("loaded_at")) as loaded_at
            from longshore.control where \(key) order by period desc limit \(Self.mostPeriods)
            """
        )
        .map { row in
            TableReport.Volume(
                period: try row.text("period"),
                state: try row.word("state"),
                rows: try row.optionalInteger("rows_loaded"),
                rejected: try row.optionalInteger("rows_rejected"),
                load: try row.optionalInteger("loaded_by", as: Int64.self),
                loadedAt: try row.optionalText("loaded_at")
            )
        }
        .reversed()
    }

    /// The newest of the newest loads: an older one has nothing newer.
    private func history(_ key: SQL) async throws -> [TableReport.Past] {
        try await client.query(
            """
            select load_id, ordinal, period, state, \(isoTime("committed_at")) as committed, rows_loaded,
                array_to_string(warnings, E'\\n') as warnings
            from longshore.task
            where \(key) and load_id in (select distinct loaded_by from longshore.control
                where \(key) and loaded_by is not null order by loaded_by desc limit 20)
            order by load_id desc, committed_at desc nulls last, ordinal limit 20
            """
        )
        .map { row in
            TableReport.Past(
                load: try row.integer("load_id", as: Int64.self),
                task: try row.integer("ordinal"),
                period: try row.text("period"),
                state: try row.word("state"),
                committedAt: try row.optionalText("committed"),
                rows: try row.optionalInteger("rows_loaded"),
                warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                    .map { String($0) } ?? []
            )
        }
    }
}

extension TableSummary {
    fileprivate init(_ row: PostgresRow) throws {
        var periods: [PeriodState: Int] = [:]
        for state in [PeriodState.pending, .loaded, .stale, .closed] {
            let count: Int = try row.integer(state.rawValue)
            if count > 0 { periods[state] = count }
        }
        let isByPeriod = try row.boolean("is_by_period")
        self.init(
            pipeline: try row.text("pipeline"),
            kind: try row.word("kind"),
            name: try row.text("name"),
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            periods: periods,
            newest: isByPeriod ? try row.optionalText("newest") : nil,
            rows: try row.integer("rows"),
            rejected: try row.integer("rejected"),
            load: try row.optionalInteger("load", as: Int64.self),
            loadedAt: try row.optionalText("loaded_at"),
            age: try row.optionalInteger("age"),
            isByPeriod: isByPeriod
        )
    }
}
