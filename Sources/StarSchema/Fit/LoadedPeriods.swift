import Ledger
import Planning
import Postgres
import Words

/// The periods of tables that hold rows, in words: what has to be loaded again.
struct LoadedPeriods {
    private let schema: String
    private let tables: [String]
    private let connection: PostgresConnection

    init(_ schema: String, _ tables: [String], on connection: PostgresConnection) {
        self.schema = schema
        self.tables = tables
        self.connection = connection
    }

    /// `fact_call: 12 periods, 2024-01 to 2024-12 (2 of them closed)`; empty when nothing is loaded.
    func summary() async throws -> String {
        let rows = try await connection.query(
            """
            select table_name, count(*) as periods,
                count(*) filter (where state = \(PeriodState.closed)) as closed,
                min(period) as first, max(period) as last
            from longshore.control
            where schema_name = \(schema) and table_name = any(\(tables)::text[])
                and loaded_by is not null
            group by table_name order by table_name
            """
        )
        return try rows.map(Self.words).joined(separator: "; ")
    }

    private static func words(_ row: PostgresRow) throws -> String {
        let (first, last) = (try row.text("first"), try row.text("last"))
        let table = "`\(try row.text("table_name"))`"
        guard !last.isEmpty else { return "\(table), whole" }
        let periods = counted(try row.integer("periods"), "period")
        let closed = try row.integer("closed")
        return "\(table): \(periods), "
            + (first == last ? "`\(first)`" : "`\(first)` to `\(last)`")
            + (closed > 0 ? " (\(closed) closed)" : "")
    }
}
