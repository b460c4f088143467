import Ledger
import Pipelines
import Postgres
import Rows
import StarSchema

/// More rows were read than are compared in memory, and some have the same grain: the attempt begins anew, with
/// ``Attempt/GrainSearch/inPostgres``.
struct GrainsRepeat: Error {}

/// Finds the rows of a staging table that have the same grain, which the encoder has not compared.
///
/// They are judged as the encoder does: the first of the source stays, and a later one is dropped where it is equal to it, and
/// refused otherwise. A null is equal to nothing.
struct RepeatedGrains {
    let staged: StagedFact

    /// Those that are not the first of their grain, until the transaction ends.
    private static let repeated: SQL = "pg_temp.repeated"
    private static let row: SQL = "\(id: StagedFact.rowNumber)"
    private static let origin: SQL = "\(id: StagedFact.origin)"

    private var connection: PostgresConnection { staged.connection }
    private var grain: [String] { staged.fact.grainColumns }
    private var isWhole: SQL {
        grain.map { "\(id: $0) is not null" as SQL }.joined(separator: " and ")
    }

    /// Whether any two rows have the same.
    func areThere() async throws -> Bool {
        let rows = try await connection.query(
            """
            select from \(StagedFact.table) where \(isWhole)
            group by \(ids: grain) having count(*) > 1 limit 1
            """
        )
        return !rows.isEmpty
    }

    /// Takes out all but the first row of each grain.
    ///
    /// - Parameters:
    ///   - inputName: the name of an input, by its number.
    ///   - refuse: takes those with other values than the first, some at a time.
    /// - Returns: how many were equal to the first, and how many were refused.
    /// - Throws: what `refuse` throws; `PostgresError`.
    func takeOut(
        inputName: (Int) -> String?,
        refusing refuse: ([Reject]) async throws -> Void
    ) async throws -> (same: Int, refused: Int) {
        let all = try await find()
        guard all > 0 else { return (0, 0) }
        var refused = 0
        var last: Int64 = -1
        while let page = try await page(after: last, inputName) {
            try await refuse(page.rejects)
            refused += page.rejects.count
            last = page.number
        }
        try await connection.query(
            """
            delete from \(StagedFact.table) where \(Self.row) in (
                select \(Self.row) from \(Self.repeated))
            """
        )
        return (all - refused, refused)
    }

    /// Makes the table of them; those that are refused are divided into pages at once.
    private func find() async throws -> Int {
        let values = staged.columns.map(\.name).filter { $0 != "load_id" }
        let found = try await connection.query(
            """
            create temp table repeated on commit drop as
            select r.\(Self.row), r.first_row,
                (\(ids: values, of: "s")) is not distinct from (\(ids: values, of: "f")) as is_same,
                0::bigint as page
            from (
                select \(Self.row), first_value(\(Self.row)) over same_grain as first_row
                from \(StagedFact.table) where \(isWhole)
                window same_grain as (partition by \(ids: grain) order by \(Self.row))
            ) r
            join \(StagedFact.table) s on s.\(Self.row) = r.\(Self.row)
            join \(StagedFact.table) f on f.\(Self.row) = r.first_row
            where r.\(Self.row) <> r.first_row
            """
        )
        try await connection.query(
            """
            update \(Self.repeated) r set page = p.page from (
                select \(Self.row), \(RejectPage.number(Self.origin, Self.row)) as page
                from \(Self.repeated) join \(StagedFact.table) using (\(Self.row))
                where not is_same) p
            where p.\(Self.row) = r.\(Self.row)
            """
        )
        return found.affectedRows
    }

    /// The rejects of the next page; `nil` when there is none.
    private func page(
        after last: Int64,
        _ inputName: (Int) -> String?
    ) async throws -> (number: Int64, rejects: [Reject])? {
        let rows = try await connection.query(
            """
            select r.page, s.\(Self.origin) as origin, substr(f.\(Self.origin), 1, 24) as first_origin
            from \(Self.repeated) r
            join \(StagedFact.table) s on s.\(Self.row) = r.\(Self.row)
            join \(StagedFact.table) f on f.\(Self.row) = r.first_row
            where not r.is_same and r.page = (
                select min(page) from \(Self.repeated) where not is_same and page > \(last))
            order by r.\(Self.row)
            """
        )
        guard let number = try rows.first?.integer("page", as: Int64.self) else { return nil }
        return (number, try rows.map { try reject($0, inputName) })
    }

    private func reject(_ row: PostgresRow, _ inputName: (Int) -> String?) throws -> Reject {
        guard let origin = try RowOrigin(packed: row.bytes("origin")),
            let first = try RowOrigin(packed: row.bytes("first_origin"))
        else { throw LoadingError.unknownOrigin(table: staged.fact.table) }
        return origin.rejected(repeating: first, grain: staged.fact.grain, inputName: inputName)
    }
}
