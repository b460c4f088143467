package import Postgres
package import Words

/// The columns that a table of the warehouse has.
package enum TableColumns {
    /// The types of a table's columns by their names, which are ours; empty when there is no such table.
    package static func read(
        of table: SQL,
        on connection: PostgresConnection
    ) async throws -> [String: String] {
        let columns = try await exact(of: table, on: connection)
        return Dictionary(columns.map { ($0.key.text, $0.value) }) { first, _ in first }
    }

    /// The types of the columns of a table or query by their names, which are anybody's; empty when there is
    /// no such table.
    package static func exact(
        of table: SQL,
        on connection: PostgresConnection
    ) async throws -> [ExactText: String] {
        let rows = try await connection.query(
            """
            select attname as name, format_type(atttypid, atttypmod) as type
            from pg_attribute
            where attrelid = to_regclass(\(table.text)) and attnum > 0 and not attisdropped
            """
        )
        var columns: [ExactText: String] = [:]
        for row in rows { columns[ExactText(try row.text("name"))] = try row.text("type") }
        return columns
    }
}
