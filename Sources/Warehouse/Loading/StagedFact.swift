import Pipelines
import Postgres

/// A fact's rows in a temporary table, from which one row of each grain is taken.
///
/// Which row is the first or the last of its grain is known when all are read, and not before: rows
/// that wait for inferred members are encoded after others that follow them.
struct StagedFact {
    let fact: Fact
    /// The columns that the COPY fills, without the number of the row.
    let columns: [TableDesign.Column]
    let connection: PostgresConnection

    /// Where the COPY goes.
    static let table = "pg_temp.staged"
    /// The column of the row's place in the source.
    static let rowNumber = "staged_row"

    func create() async throws {
        let definitions = columns.map { "\(quoteIdentifier($0.name)) \($0.type)" }
        try await connection.query(
            "create temp table staged (\(definitions.joined(separator: ", ")), "
                + "\(Self.rowNumber) bigint) on commit drop"
        )
    }

    /// Copies the first or the last row of each grain, and all whose grain has a null: a null is
    /// equal to nothing.
    ///
    /// With `keepingOld`, rows whose grain the table has are left out.
    ///
    /// - Returns: how many rows were copied.
    func move(into table: String, keepingOld: Bool = false) async throws -> Int {
        let names = quotedList(columns.map(\.name))
        let order = fact.duplicates == .keepLast ? "desc" : "asc"
        let nulls = fact.grainColumns.map { " or \(quoteIdentifier($0)) is null" }.joined()
        let inserted = try await connection.query(
            """
            insert into \(table) (\(names))
            select \(names) from (
                select *, row_number() over (
                    partition by \(quotedList(fact.grainColumns))
                    order by \(Self.rowNumber) \(order)) as staged_rank
                from \(Self.table)) staged
            where staged_rank = 1\(nulls)
            \(keepingOld ? "on conflict do nothing" : "")
            """
        )
        return inserted.affectedRows
    }
}
