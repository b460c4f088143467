import Postgres

/// What the planner is told of a table that a task has written, before anybody joins it.
///
/// Autovacuum tells it later, and may tell it worse: when it comes by after an attempt that was rolled
/// back it finds dead rows only, and from then on Postgres expects no row in that table, however many
/// come. A join planned for one row takes the square of them.
extension PostgresConnection {
    /// Gathers the statistics of a table, its quoted name given.
    func analyze(_ table: String) async throws {
        try await query("analyze \(table)")
    }

    /// Gathers the statistics of a table when `rows` that were written are many beside those it had.
    ///
    /// It is the rule of autovacuum's defaults: more than 50 rows and a tenth of the table.
    /// <https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-STATISTICS>
    func analyze(_ table: String, afterWriting rows: Int) async throws {
        guard rows > 50 else { return }
        let outdated = try await query(
            "select from pg_class where oid = to_regclass($1) and $2 > 50 + 0.1 * greatest(reltuples, 0)",
            [.text(table), .integer(Int64(rows))]
        )
        if !outdated.isEmpty { try await analyze(table) }
    }
}
