import Pipelines
public import Planning
import Postgres

/// All periods of a table as stretches of time that stand alike.
public struct PeriodStrip: Sendable, Hashable, Codable {
    /// Periods one behind the other that stand alike; of many that are drawn as one, how the worst stands.
    public struct Stretch: Sendable, Hashable, Codable {
        /// How they stand.
        public var standing: GridCell.Standing
        /// Where they begin, in thousandths of the time that the report spans.
        public var start: Double
        /// Where they end.
        public var end: Double
        /// How many they are.
        public var periods: Int
    }

    /// The pipeline.
    public var pipeline: String
    /// Whether it is a fact or a mart.
    public var kind: LoadTaskKind
    /// The name that the definition gives it.
    public var name: String
    /// Its schema.
    public var schema: String
    /// The table.
    public var table: String
    /// Its stretches, in their order.
    public var stretches: [Stretch]
}

/// Strips over the same time.
public struct PeriodStrips: Sendable, Hashable, Codable {
    /// The first day, `2024-01-01`; empty where no period is known.
    public var first: String
    /// The day behind the last one.
    public var beyond: String
    /// The tables, at most ``GridDesk/mostRows``.
    public var tables: [PeriodStrip]

    /// No table.
    public static let none = PeriodStrips(first: "", beyond: "", tables: [])
}

extension GridDesk {
    /// Into how many parts the time of a strip is divided: what has more periods is drawn as the worst of each part.
    static let stripParts = 400

    /// All periods of facts and marts, of a pipeline or of all.
    ///
    /// Failed tasks, running loads and alerts are gathered once, and joined: there may be a hundred thousand periods.
    public func strips(ofPipeline pipeline: String? = nil) async throws -> PeriodStrips {
        let rows = try await client.query(
            """
            with \(Self.standings(ofPipeline: pipeline)), part as (
                select schema_name, table_name, part, min(standing) as standing,
                    min(period_start) as start, max(period_end) as finish, count(*) as periods
                from standing group by 1, 2, 3
            ), numbered as (
                select *, row_number() over (partition by schema_name, table_name order by part)
                    - row_number() over (partition by schema_name, table_name, standing order by part)
                        as stretch
                from part
            )
            select l.pipeline, l.kind, l.name, l.schema_name, l.table_name, n.standing,
                (min(n.start) - b.first)::float8 * 1000 / b.days as start,
                (max(n.finish) - b.first)::float8 * 1000 / b.days as finish,
                sum(n.periods)::bigint as periods, b.first::text as first, b.beyond::text as beyond
            from numbered n join listed l using (schema_name, table_name) cross join bound b
            group by l.pipeline, l.kind, l.name, l.schema_name, l.table_name, n.standing, n.stretch,
                b.first, b.beyond, b.days
            order by l.pipeline, l.kind, l.name, l.schema_name, l.table_name, min(n.start)
            """
        )
        var strips = PeriodStrips(first: "", beyond: "", tables: [])
        for row in rows { try strips.add(row) }
        return strips
    }

    /// What each period stands as, with the tables that are listed (`listed`) and the time of all (`bound`), as queries.
    private static func standings(ofPipeline pipeline: String?) -> SQL {
        """
        known as materialized (
            select c.pipeline, c.kind, c.name, c.schema_name, c.table_name,
                min(c.period_start) as first, max(c.period_end) as beyond
            from longshore.control c where \(isShown(ofPipeline: pipeline))
            group by 1, 2, 3, 4, 5
        ), listed as materialized (
            select * from known order by pipeline, kind, name, schema_name, table_name
            limit \(mostRows)
        ), bound as materialized (
            select min(first) as first, max(beyond) as beyond,
                greatest(max(beyond) - min(first), 1) as days
            from known
        ), failed as materialized (
            select load_id, schema_name, table_name, period from longshore.task
            where state = \(TaskState.failed)
        ), running as materialized (
            select id from longshore.load where state = \(LoadState.running)
        ), overdue as materialized (
            select schema_name, table_name, period from longshore.alert
            where over_at is null and rule = \(AlertRule.overdue)
        ), standing as (
            select c.schema_name, c.table_name, c.period_start, c.period_end,
                (c.period_start - b.first) * \(stripParts)::integer / b.days as part,
                case when c.state = \(PeriodState.closed) then \(place(.closed))
                    when f.load_id is not null then \(place(.failed))
                    when r.id is not null and c.loaded_by is distinct from c.claimed_by
                        then \(place(.loading))
                    when c.state = \(PeriodState.stale) then \(place(.stale))
                    when c.state = \(PeriodState.loaded) then \(place(.loaded))
                    when o.period is not null then \(place(.overdue))
                    else \(place(.pending)) end as standing
            from longshore.control c cross join bound b
            left join failed f on f.load_id = c.claimed_by and f.schema_name = c.schema_name
                and f.table_name = c.table_name and f.period = c.period
            left join running r on r.id = c.claimed_by
            left join overdue o on o.schema_name = c.schema_name
                and o.table_name = c.table_name and o.period = c.period
            where \(isShown(ofPipeline: pipeline))
        )
        """
    }
}

extension PeriodStrips {
    /// Adds a stretch, which comes in the order of tables and time.
    fileprivate mutating func add(_ row: PostgresRow) throws {
        first = try row.text("first")
        beyond = try row.text("beyond")
        let stretch = PeriodStrip.Stretch(
            standing: GridCell.Standing.allCases[try row.integer("standing")],
            start: try row.double("start"),
            end: try row.double("finish"),
            periods: try row.integer("periods")
        )
        let (schema, table) = (try row.text("schema_name"), try row.text("table_name"))
        if let last = tables.last, (last.schema, last.table) == (schema, table) {
            tables[tables.count - 1].stretches.append(stretch)
        } else {
            tables.append(
                PeriodStrip(
                    pipeline: try row.text("pipeline"),
                    kind: try row.word("kind"),
                    name: try row.text("name"),
                    schema: schema,
                    table: table,
                    stretches: [stretch]
                )
            )
        }
    }
}
