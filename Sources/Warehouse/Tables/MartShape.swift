import Postgres

/// The columns that a mart's query gives, with their types as its table would have them.
enum MartShape {
    private static let table = "mart_shape"

    /// Plans the query, which gives no row; the tables that it reads stay as they are until the
    /// transaction ends.
    ///
    /// - Parameters:
    ///   - query: the query of a mart, with a period's bounds in place.
    ///   - connection: a connection in a transaction.
    /// - Returns: the types of the columns by their names.
    /// - Throws: `PostgresError`.
    static func read(
        of query: String,
        on connection: PostgresConnection
    ) async throws -> [String: String] {
        try await connection.query(
            "create temp table \(table) on commit drop as \(query) with no data"
        )
        let shape = try await TableColumns.read(of: "pg_temp.\(table)", on: connection)
        try await connection.query("drop table pg_temp.\(table)")
        return shape
    }

    /// `` no more `mean`; new `amount`; `n` was `bigint`, is `numeric` ``.
    static func differences(
        from existing: [String: String],
        to shape: [String: String]
    ) -> String {
        ColumnDifference(from: existing, to: shape).description
    }
}
