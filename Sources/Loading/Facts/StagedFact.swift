import Pipelines
import Postgres
import StarSchema

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
    static let table: SQL = "pg_temp.staged"
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
            columns.map { "\(id: $0.name) \(raw: $0.type)" as SQL }
            + ["\(id: Self.rowNumber) bigint"] + (hasOrigin ? ["\(id: Self.origin) bytea"] : [])
        try await connection.query(
            "create temp table staged (\(definitions.joined(separator: ", "))) on commit drop"
        )
    }

    /// A query of the first or the last row of each grain, and all whose grain has a null: a null is
    /// equal to nothing.
    var kept: SQL {
        // The encoder has refused the others already.
        guard fact.duplicates != .reject else { return "select * from \(Self.table)" }
        let order: SQL = fact.duplicates == .keepLast ? "desc" : "asc"
        let nulls = fact.grainColumns.map { " or \(id: $0) is null" as SQL }.joined(separator: "")
        return """
            select \(ids: names) from (
                select *, row_number() over (
                    partition by \(ids: fact.grainColumns)
                    order by \(id: Self.rowNumber) \(order)) as staged_rank
                from \(Self.table)) staged
            where staged_rank = 1\(nulls)
            """
    }

    /// Copies the rows that are kept; with `keepingOld` those are left out whose grain the table has.
    ///
    /// - Returns: how many were copied.
    func move(into table: SQL, keepingOld: Bool = false) async throws -> Int {
        let names: SQL = "\(ids: columns.map(\.name))"
        let watch = try await RowWatch(over: table, on: connection)
        let inserted = try await connection.query(
            """
            insert into \(table) (\(names)) select \(names) from (\(kept)) kept
            \(keepingOld ? "on conflict do nothing" : "")
            """
        )
        if keepingOld {
            try await watch.refuseRest(
                of: .insert,
                count: "select count(*) \(missing(from: table))"
            )
        } else {
            let due = try await watch.count(before: .insert, "select count(*) from (\(kept)) kept")
            try watch.require(inserted.affectedRows, of: due, .insert)
        }
        return inserted.affectedRows
    }

    /// The rows that are kept, and whose grain the table has not: a null is equal to nothing.
    private func missing(from table: SQL) -> SQL {
        let isSame = fact.grainColumns.map { "t.\(id: $0) = kept.\(id: $0)" as SQL }
        let isKnown = fact.grainColumns.map { "kept.\(id: $0) is not null" as SQL }
        return """
            from (\(kept)) kept where \(isKnown.joined(separator: " and ")) and not exists (
                select from \(table) t where \(isSame.joined(separator: " and ")))
            """
    }
}
