import Postgres

/// The right to write a table's rows of one period, or the whole of a table: one transaction has it,
/// until it ends.
///
/// It is an advisory lock and not one of the control table's row, for a new load writes its claim into
/// that row and must not wait for tasks that run for long.
struct TableLock {
    let schema: String
    let table: String
    /// The period's label; empty for a table that is loaded whole.
    var period = ""

    /// Waits until no other transaction has it.
    func take(on connection: PostgresConnection) async throws {
        try await connection.query(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            [.text("longshore.table.\(schema).\(table).\(period)")]
        )
    }
}
