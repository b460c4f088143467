import Ledger
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
            set observations = case when \(wereNone) then 0 else observations end + \(added)
            where schema_name = \(row.schema) and table_name = \(row.table) and period = ''
            """
        )
    }
}
