package import Postgres
import StarSchema

/// What the planner is told of a table that a task has written, before anybody joins it.
///
/// Autovacuum tells it later, and may tell it worse: when it comes by after an attempt that was rolled
/// back it finds dead rows only, and from then on Postgres expects no row in that table, however many
/// come. A join planned for one row takes the square of them.
///
/// A sketch is enough for that: how many rows there are, and roughly how their values are spread. It is
/// made of 300 rows in place of 30,000, of the columns that are joined where there are many, and only of
/// tables that are joined right after. Autovacuum gathers the rest after the commit, and nobody waits
/// for it (docs/decisions/0026).
extension PostgresConnection {
    /// Gathers a sketch of a table's statistics, its quoted name given.
    ///
    /// The sample is 300 rows for each unit of the target.
    /// <https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-DEFAULT-STATISTICS-TARGET>
    ///
    /// - Parameters:
    ///   - table: the table's quoted name.
    ///   - columns: those whose values matter; all when there are none. Rows are counted in any case.
    /// - Throws: `PostgresError`.
    package func analyze(_ table: SQL, of columns: [String] = []) async throws {
        let list: SQL = columns.isEmpty ? "" : " (\(ids: columns))"
        try await query("set local default_statistics_target to 1")
        try await query("analyze \(table)\(list)")
        try await query("set local default_statistics_target to default")
    }

    /// Gathers the statistics of a table when `rows` that were written are many beside those it had.
    ///
    /// It is the rule of autovacuum's defaults: more than 50 rows and a tenth of the table.
    /// <https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-STATISTICS>
    package func analyze(
        _ table: SQL,
        of columns: [String] = [],
        afterWriting rows: Int
    ) async throws {
        guard rows > 50 else { return }
        let outdated = try await query(
            """
            select from pg_class where oid = to_regclass(\(table.text))
                and \(rows) > 50 + 0.1 * greatest(reltuples, 0)
            """
        )
        if !outdated.isEmpty { try await analyze(table, of: columns) }
    }
}

extension TableDesign {
    /// The columns that are joined by, and as many others as cost little; none when that is all of them.
    var sketchedColumns: [String] {
        let limit = 64
        guard columns.count > limit else { return [] }
        let names = indexes.flatMap(\.columns) + columns.map(\.name)
        var seen: Set<String> = []
        return Array(names.filter { seen.insert($0).inserted }.prefix(limit))
    }
}
