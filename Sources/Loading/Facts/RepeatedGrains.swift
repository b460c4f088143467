import Pipelines
import Postgres
import StarSchema

extension StagedFact {
    /// The numbers of the rows whose grain others have, in order.
    func rowsWithRepeatedGrain() async throws -> [Int] {
        let repeated = fact.rowsWithRepeatedGrain(keeping: Self.rowNumber, of: Self.table)
        let rows = try await connection.query(
            """
            select \(id: Self.rowNumber) as number from \(repeated)
            order by 1 limit \(GrainsRepeat.most + 1)
            """
        )
        guard rows.count <= GrainsRepeat.most else { throw LoadingError.oftenRepeated(fact.table) }
        return try rows.map { try $0.integer("number") }
    }
}

extension Fact {
    /// Whether rows of a load have the same grain in a table where no unique index keeps them apart.
    func hasRepeatedGrains(
        in table: SQL,
        ofLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let repeated = rowsWithRepeatedGrain(
            keeping: "load_id",
            of: "(select * from \(table) where load_id = \(load)) loaded"
        )
        return try await !connection.query("select from \(repeated) limit 1").isEmpty
    }

    /// Those of some rows whose grain others of them have, with one column, as SQL that can follow `from`; a null is equal to
    /// nothing.
    fileprivate func rowsWithRepeatedGrain(keeping column: String, of rows: SQL) -> SQL {
        let isWhole = grainColumns.map { "\(id: $0) is not null" as SQL }
        return """
            (select \(id: column), count(*) over (partition by \(ids: grainColumns)) as rows
                from \(rows) where \(isWhole.joined(separator: " and "))) counted
            where rows > 1
            """
    }
}

extension TableDesign {
    /// Whether a table keeps rows with the same grain apart as this design has it: somebody may have put another index in the
    /// place of the unique one.
    func isKeptUnique(in table: SQL, on connection: PostgresConnection) async throws -> Bool {
        guard let index = indexes.first(where: \.isUnique) else { return false }
        let rows = try await connection.query(
            """
            select from pg_index i where i.indrelid = to_regclass(\(table.text))
                and i.indisunique and i.indisvalid and i.indisready and i.indpred is null
                and (select array_agg(a.attname::text order by a.attname) from unnest(i.indkey::smallint[]) k (number)
                    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number)
                    = (select array_agg(n order by n collate "C") from unnest(\(index.columns)::text[]) n)
            limit 1
            """
        )
        return !rows.isEmpty
    }
}
