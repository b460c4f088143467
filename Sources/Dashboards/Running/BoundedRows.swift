import Postgres
import Words

/// The rows of a query as far as they take no more bytes than a panel has room for.
///
/// The server counts, row by row: of a row behind the limit nothing but its size leaves it. A client could count only what it has
/// received already, and it receives whole rows.
struct BoundedRows {
    private let query: SQL
    private let columns: [String]
    private let limit: Int

    /// Bounds a query.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - columns: How many columns it gives.
    ///   - limit: Bytes of all its rows.
    init(_ query: SQL, columns: Int, limit: Int = PanelRows.mostBytes) {
        self.query = query
        self.columns = (0..<columns).map { "c\($0)" }
        self.limit = limit
    }

    /// What a value takes besides its bytes.
    private static let overhead = 16

    /// The query with a size and a sum of sizes for each row, and null in the place of each value behind the limit.
    ///
    /// `offset 0` keeps Postgres from computing a value once more for its size.
    var sql: SQL {
        guard !columns.isEmpty else { return query }
        let names = columns.map { SQL(raw: $0) }
        let isShown: SQL = "sum <= \(raw: String(limit))"
        let shown = names.map { "case when \(isShown) then \($0) end as \($0)" as SQL }
        let sizes = names.map { "coalesce(octet_length(\($0)::text), 0)" as SQL }
        let size: SQL =
            "\(raw: String(columns.count * Self.overhead)) + \(sizes.joined(separator: " + "))"
        return """
            select \(shown.joined(separator: ", ")), size, sum from (
                select *, sum(size) over (rows unbounded preceding) as sum from (
                    select *, (\(size))::bigint as size from (
                        select * from (\(query)
                        ) q (\(names.joined(separator: ", "))) offset 0
                    ) given
                ) sized
            ) counted
            """
    }

    /// Adds what a part of the result has.
    ///
    /// - Throws: ``PanelFailure`` for a row that alone takes more than the limit.
    func add(_ result: PostgresResult, to rows: inout PanelRows) throws {
        for row in result where !rows.isCut {
            guard !columns.isEmpty else {
                rows.append([])
                continue
            }
            let size = try row.integer("size", as: Int.self)
            guard size <= limit else { throw tooLarge(size) }
            guard try row.integer("sum", as: Int.self) <= limit else { return rows.isCut = true }
            rows.append(try columns.map { try row.optionalText($0) })
        }
    }

    private func tooLarge(_ size: Int) -> PanelFailure {
        PanelFailure(
            "a row of it has \(grouped(size)) bytes, and a panel takes \(grouped(limit)) at most: leave the large value out of the query, or cut it by `left(…)`"
        )
    }
}
