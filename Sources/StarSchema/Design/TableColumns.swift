package import Postgres

/// The columns that a table of the warehouse has.
package enum TableColumns {
    /// The types of a table's columns by their names; empty when there is no such table.
    package static func read(
        of table: SQL,
        on connection: PostgresConnection
    ) async throws -> [String: String] {
        let rows = try await connection.query(
            """
            select attname as name, format_type(atttypid, atttypmod) as type
            from pg_attribute
            where attrelid = to_regclass(\(table.text)) and attnum > 0 and not attisdropped
            """
        )
        var columns: [String: String] = [:]
        for row in rows { columns[try row.text("name")] = try row.text("type") }
        return columns
    }
}
