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
        let lost = existing.keys.filter { shape[$0] == nil }.sorted().map { "no more `\($0)`" }
        let new = shape.keys.filter { existing[$0] == nil }.sorted().map { "new `\($0)`" }
        let changed = existing.keys.sorted()
            .compactMap { name -> String? in
                guard let before = existing[name], let now = shape[name], before != now else {
                    return nil
                }
                return "`\(name)` was `\(before)`, is `\(now)`"
            }
        return (lost + new + changed).joined(separator: "; ")
    }
}
