import Pipelines
import Postgres

/// A fact's rows in a temporary table, where they are looked at before they go into the fact.
///
/// Which row is the first or the last of its grain is known when all are read, and not before: rows
/// that wait for inferred members are encoded after others that follow them.
struct StagedFact {
    let fact: Fact
    /// The fact's columns that the COPY fills.
    let columns: [TableDesign.Column]
    /// Whether the rows carry what a reject of them is made of.
    let hasOrigin: Bool
    let connection: PostgresConnection

    /// Where the COPY goes.
    static let table = "pg_temp.staged"
    /// The column of the row's place in the source.
    static let rowNumber = "staged_row"
    /// The column of the row's bytes and where they were read.
    static let origin = "staged_origin"

    /// What the COPY names.
    var names: [String] {
        columns.map(\.name) + [Self.rowNumber] + (hasOrigin ? [Self.origin] : [])
    }

    func create() async throws {
        let definitions =
            columns.map { "\(quoteIdentifier($0.name)) \($0.type)" }
            + ["\(Self.rowNumber) bigint"] + (hasOrigin ? ["\(Self.origin) bytea"] : [])
        try await connection.query(
            "create temp table staged (\(definitions.joined(separator: ", "))) on commit drop"
        )
    }

    /// A query of the first or the last row of each grain, and all whose grain has a null: a null is
    /// equal to nothing.
    var kept: String {
        // The encoder has refused the others already.
        guard fact.duplicates != .reject else { return "select * from \(Self.table)" }
        let order = fact.duplicates == .keepLast ? "desc" : "asc"
        let nulls = fact.grainColumns.map { " or \(quoteIdentifier($0)) is null" }.joined()
        return """
            select \(quotedList(names)) from (
                select *, row_number() over (
                    partition by \(quotedList(fact.grainColumns))
                    order by \(Self.rowNumber) \(order)) as staged_rank
                from \(Self.table)) staged
            where staged_rank = 1\(nulls)
            """
    }

    /// Copies the rows that are kept; with `keepingOld` those are left out whose grain the table has.
    ///
    /// - Returns: how many were copied.
    func move(into table: String, keepingOld: Bool = false) async throws -> Int {
        let names = quotedList(columns.map(\.name))
        let inserted = try await connection.query(
            "insert into \(table) (\(names)) select \(names) from (\(kept)) kept"
                + (keepingOld ? " on conflict do nothing" : "")
        )
        return inserted.affectedRows
    }
}
