import Planning
import Postgres

extension PostgresLedger {
    /// The tickets of tasks, which the ledger makes for its owner alone.
    public func tickets(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: String] {
        let rows = try await query(
            """
            select ordinal, longshore.ticket($1, ordinal) as ticket
            from unnest($2::integer[]) task(ordinal)
            """,
            [.integer(load), .integerArray(tasks.map(Int64.init))]
        )
        var tickets: [Int: String] = [:]
        for row in rows { tickets[try row.integer("ordinal")] = try row.text("ticket") }
        return tickets
    }
}
