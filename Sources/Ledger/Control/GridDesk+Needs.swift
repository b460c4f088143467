import Planning
import Postgres

/// Periods of one table that need somebody, because they stand alike.
public struct GridNeed: Sendable, Hashable, Codable {
    /// How they stand.
    public var standing: GridCell.Standing
    /// The pipeline.
    public var pipeline: String
    /// The table's schema.
    public var schema: String
    /// The table.
    public var table: String
    /// How many there are.
    public var periods: Int
    /// The label of the newest of them.
    public var newest: String
    /// The labels of the newest hundred, in their order.
    public var labels: [String] = []
    /// The load that failed at it; `nil` for other reasons.
    public var load: Int64?
    /// Why, of the newest.
    public var reason: String?
}

extension GridDesk {
    /// What needs somebody: failed, overdue and stale periods, by table, the worst first.
    public func needs(limit: Int = 8) async throws -> [GridNeed] {
        let rows = try await client.query(
            """
            with standing as (
                select p.*, \(Self.standing) as standing from longshore.control p
            )
            select s.standing, s.pipeline, s.schema_name, s.table_name, count(*) as periods,
                max(s.period) as newest,
                array_to_string((array_agg(s.period order by s.period desc))[:100], ',') as labels,
                (array_agg(s.claimed_by order by s.period desc))[1] as load,
                (array_agg(coalesce(\(Self.failure), s.reason) order by s.period desc))[1] as reason
            from standing s
            where s.standing <= \(Self.place(.stale))
            group by s.standing, s.pipeline, s.schema_name, s.table_name
            order by s.standing, s.pipeline, s.table_name limit \(limit)
            """
        )
        return try rows.map { row in
            let standing = GridCell.Standing.allCases[try row.integer("standing")]
            return GridNeed(
                standing: standing,
                pipeline: try row.text("pipeline"),
                schema: try row.text("schema_name"),
                table: try row.text("table_name"),
                periods: try row.integer("periods"),
                newest: try row.text("newest"),
                labels: try row.text("labels").utf8.split(separator: UInt8(ascii: ","))
                    .map { String(Substring($0)) }.reversed(),
                load: standing == .failed
                    ? try row.optionalInteger("load", as: Int64.self) : nil,
                reason: try row.optionalText("reason")
            )
        }
    }

    /// Why the newest load failed at a period `s`.
    private static let failure: SQL = """
        (select failure_message from longshore.task t where t.load_id = s.claimed_by
            and t.state = \(TaskState.failed) and t.schema_name = s.schema_name
            and t.table_name = s.table_name and t.period = s.period)
        """

    /// How many loads run.
    public func runningLoads() async throws -> Int {
        let rows = try await client.query(
            "select count(*) as n from longshore.load where state = \(LoadState.running)"
        )
        return try rows.first?.integer("n") ?? 0
    }
}
