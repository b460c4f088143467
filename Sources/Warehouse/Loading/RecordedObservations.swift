import Postgres

/// What a merge has added to the observations of a dimension.
struct RecordedObservations: Sendable {
    /// How many rows are new.
    let added: Int64
    /// Whether there was none before, whatever the control table says.
    let wereNone: Bool

    /// Tells the control table, at the end of the attempt: its row is not locked for longer.
    func record(_ row: TaskRow, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            update longshore.control
            set observations = case when $3 then $4 else observations + $4 end
            where schema_name = $1 and table_name = $2 and period = ''
            """,
            [.text(row.schema), .text(row.table), .boolean(wereNone), .integer(added)]
        )
    }
}
