package import Postgres
package import Words

/// The columns that a mart's query gives, with their types as its table would have them.
///
/// A table that is created with no data is not planned: the query's own functions are not called.
package enum MartShape {
    /// A temporary table with these columns: the type of the query's rows.
    package static let table: SQL = "pg_temp.mart_shape"

    /// Makes ``table`` and reads its columns; the tables that the query reads stay as they are until the
    /// transaction ends.
    ///
    /// - Parameters:
    ///   - query: the query of a mart, with a period's bounds in place.
    ///   - setting: what its names and times mean.
    ///   - connection: a connection in a transaction.
    /// - Returns: the types of the columns by their names.
    /// - Throws: `PostgresError`.
    package static func make(
        of query: SQL,
        in setting: MartSetting,
        on connection: PostgresConnection
    ) async throws -> [ExactText: String] {
        try await setting.query(
            "create temp table mart_shape on commit drop as \(query) with no data",
            on: connection
        )
        return try await TableColumns.exact(of: table, on: connection)
    }

    /// Drops ``table``.
    package static func drop(on connection: PostgresConnection) async throws {
        try await connection.query("drop table \(table)")
    }

    /// `` no more `mean`; new `amount`; `n` was `bigint`, is `numeric` ``.
    package static func differences(
        from existing: [ExactText: String],
        to shape: [ExactText: String]
    ) -> String {
        ColumnDifference(from: existing, to: shape).description
    }
}
