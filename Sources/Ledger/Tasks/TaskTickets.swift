import Planning
import Postgres

extension PostgresLedger {
    /// The tickets of tasks, which the ledger makes for its owner alone.
    public func tickets(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: String] {
        let rows = try await client.query(
            """
            select ordinal, longshore.ticket(\(load), ordinal) as ticket
            from unnest(\(tasks.map(Int64.init))::integer[]) task(ordinal)
            """
        )
        var tickets: [Int: String] = [:]
        for row in rows { tickets[try row.integer("ordinal")] = try row.text("ticket") }
        return tickets
    }
}
