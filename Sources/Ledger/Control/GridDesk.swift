import Pipelines
public import Planning
import Postgres

/// A span of periods of one table, as a grid shows it in one cell.
public struct GridCell: Sendable, Hashable, Codable {
    /// How the worst of its periods stands, from bad to good.
    public enum Standing: String, Sendable, Hashable, Codable, CaseIterable {
        /// The newest load that asked for it failed at it.
        case failed
        /// It should be loaded by now.
        case overdue
        /// Loaded, and something that it rests on has changed since.
        case stale
        /// A running load has asked for it.
        case loading
        /// To be loaded.
        case pending
        /// Loaded.
        case loaded
        /// Not to be touched by any load.
        case closed
    }

    /// The first day of the span, `2026-09-01`.
    public var start: String
    /// The label of its first period.
    public var first: String
    /// The label of its last period.
    public var last: String
    /// How many periods it has.
    public var periods: Int
    /// How the worst of them stands.
    public var standing: Standing
    /// Why one of them is stale, closed or pending.
    public var reason: String?
    /// Rows that they have, where one was loaded.
    public var rows: Int?
    /// Rows that were rejected.
    public var rejected: Int
    /// The newest load that loaded one of them.
    public var load: Int64?
    /// Seconds since 1970 of when that was.
    public var loadedAt: Int?
}

/// A table that is loaded by period, with its cells in their order.
public struct GridRow: Sendable, Hashable, Codable {
    /// The pipeline.
    public var pipeline: String
    /// Whether it is a fact or a mart.
    public var kind: LoadTaskKind
    /// The name that the definition gives it.
    public var name: String
    /// Its schema.
    public var schema: String
    /// Its table.
    public var table: String
    /// What is known of its periods.
    public var cells: [GridCell]
}

/// What a grid of periods shows.
public struct PeriodGridReport: Sendable, Hashable, Codable {
    /// How much time a column is.
    public enum Zoom: String, Sendable, Hashable, Codable, CaseIterable {
        case day
        case month
        case year
    }

    /// How much time a column is.
    public var zoom: Zoom
    /// The first days of the columns, in their order: at most ``GridDesk/mostColumns``.
    public var columns: [String]
    /// The tables: at most ``GridDesk/mostRows``.
    public var rows: [GridRow]
    /// How many tables come behind these.
    public var moreRows: Int
}

/// Looks at many periods at once.
public struct GridDesk: Sendable {
    /// The most columns of a grid, so that a page never freezes.
    public static let mostColumns = 60
    /// The most rows of a grid.
    public static let mostRows = 40

    let client: PostgresClient

    /// The periods of facts and marts whose first day is in one of the columns that end with `last`.
    ///
    /// - Parameters:
    ///   - zoom: How much time a column is.
    ///   - last: A day of the last column; the newest period without one.
    ///   - columns: How many columns there are, at most ``mostColumns``.
    ///   - pipeline: Of one pipeline, or of all.
    ///   - table: Only tables that come behind this one, `callcenter.fact_call`.
    /// - Returns: The grid; one without columns where no period is known.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func grid(
        by zoom: PeriodGridReport.Zoom,
        until last: String? = nil,
        columns: Int = 24,
        ofPipeline pipeline: String? = nil,
        after table: String? = nil
    ) async throws -> PeriodGridReport {
        let columns = min(max(columns, 1), Self.mostColumns)
        let rows = try await client.query(
            """
            with bound as (
                select date_trunc(\(zoom.rawValue),
                    coalesce(\(last)::date, max(period_start))::timestamp)::date as last
                from longshore.control c where \(Self.isShown(ofPipeline: pipeline))
            ), span as (
                select (last - (\(columns) - 1) * \(Self.interval(zoom)))::date as first,
                    (last + \(Self.interval(zoom)))::date as beyond
                from bound
            ), listed as (
                select c.pipeline, c.kind, c.name, c.schema_name, c.table_name
                from longshore.control c, span s
                where \(Self.isShown(ofPipeline: pipeline))
                    and c.period_start >= s.first and c.period_start < s.beyond
                group by c.pipeline, c.kind, c.name, c.schema_name, c.table_name
            ), behind as (
                select *, count(*) over () as tables from listed
                where \(table)::text is null or (pipeline, kind, name) > (
                    select c.pipeline, c.kind, c.name from longshore.control c
                    where c.schema_name || '.' || c.table_name = \(table) limit 1)
                order by pipeline, kind, name, schema_name, table_name limit \(Self.mostRows)
            ), standing as (
                select p.*, b.tables, date_trunc(\(zoom.rawValue), p.period_start::timestamp)::date as start,
                    \(Self.standing) as standing
                from behind b
                join longshore.control p on p.schema_name = b.schema_name and p.table_name = b.table_name,
                    span s
                where p.period_start >= s.first and p.period_start < s.beyond and p.period <> ''
            )
            select pipeline, kind, name, schema_name, table_name, start::text as start,
                min(period) as first, max(period) as last, count(*) as periods, max(tables) as tables,
                min(standing) as standing, sum(rows_loaded)::bigint as rows,
                coalesce(sum(rows_rejected), 0)::bigint as rejected, max(loaded_by) as loaded_by,
                extract(epoch from max(loaded_at))::bigint as loaded_at,
                (array_agg(reason order by standing) filter (where reason is not null))[1] as reason
            from standing
            group by pipeline, kind, name, schema_name, table_name, start
            order by pipeline, kind, name, schema_name, table_name, start
            """
        )
        var report = PeriodGridReport(zoom: zoom, columns: [], rows: [], moreRows: 0)
        for row in rows { try report.add(row) }
        let tables: Int = try rows.first?.integer("tables") ?? 0
        report.moreRows = tables - report.rows.count
        report.columns = Set(report.rows.flatMap { $0.cells.map(\.start) }).sorted()
        return report
    }

    /// Whether a grid shows the period `c`.
    static func isShown(ofPipeline pipeline: String?) -> SQL {
        """
        c.kind in (\([LoadTaskKind.fact, .mart])) and c.period <> ''
            and (\(pipeline)::text is null or c.pipeline = \(pipeline))
        """
    }

    /// How a period `p` stands, as the place of its word in ``GridCell/Standing``, the worst first.
    static let standing: SQL = """
        case
            when p.state = \(PeriodState.closed) then \(place(.closed))
            when exists (select from longshore.task t
                where t.load_id = p.claimed_by and t.state = \(TaskState.failed)
                    and t.schema_name = p.schema_name and t.table_name = p.table_name
                    and t.period = p.period) then \(place(.failed))
            when exists (select from longshore.load l
                where l.id = p.claimed_by and l.state = \(LoadState.running)
                    and p.loaded_by is distinct from p.claimed_by) then \(place(.loading))
            when p.state = \(PeriodState.stale) then \(place(.stale))
            when p.state = \(PeriodState.loaded) then \(place(.loaded))
            when exists (select from longshore.alert a
                where a.over_at is null and a.rule = \(AlertRule.overdue) and a.schema_name = p.schema_name
                    and a.table_name = p.table_name and a.period = p.period)
                then \(place(.overdue))
            else \(place(.pending))
        end
        """

    static func place(_ standing: GridCell.Standing) -> SQL {
        "\(GridCell.Standing.allCases.firstIndex(of: standing) ?? 0)::integer"
    }

    private static func interval(_ zoom: PeriodGridReport.Zoom) -> SQL {
        switch zoom {
        case .day: "interval '1 day'"
        case .month: "interval '1 month'"
        case .year: "interval '1 year'"
        }
    }
}

extension PeriodGridReport {
    /// Adds the cell of a row, which comes in the order of tables and days.
    fileprivate mutating func add(_ row: PostgresRow) throws {
        let cell = GridCell(
            start: try row.text("start"),
            first: try row.text("first"),
            last: try row.text("last"),
            periods: try row.integer("periods"),
            standing: GridCell.Standing.allCases[try row.integer("standing")],
            reason: try row.optionalText("reason"),
            rows: try row.optionalInteger("rows"),
            rejected: try row.integer("rejected"),
            load: try row.optionalInteger("loaded_by", as: Int64.self),
            loadedAt: try row.optionalInteger("loaded_at")
        )
        let table = (try row.text("schema_name"), try row.text("table_name"))
        if let last = rows.last, (last.schema, last.table) == table {
            rows[rows.count - 1].cells.append(cell)
        } else {
            rows.append(
                GridRow(
                    pipeline: try row.text("pipeline"),
                    kind: try row.word("kind"),
                    name: try row.text("name"),
                    schema: table.0,
                    table: table.1,
                    cells: [cell]
                )
            )
        }
    }
}
