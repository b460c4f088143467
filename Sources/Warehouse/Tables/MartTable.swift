import Pipelines
import Postgres

/// The table of a mart, whose columns are those that its query has.
struct MartTable {
    private let mart: Mart
    private let schema: String
    private let grain: PeriodGrain?
    private let connection: PostgresConnection

    init(_ mart: Mart, of pipeline: Pipeline, on connection: PostgresConnection) {
        self.mart = mart
        schema = pipeline.schema
        grain = pipeline.periods?.grain
        self.connection = connection
    }

    /// Rows of periods of another length would stay beside those of the new ones.
    ///
    /// - Returns: why the mart has to be emptied.
    func periodMisfit() async throws -> Misfit? {
        guard mart.isPerPeriod, let grain else { return nil }
        let rows = try await connection.query(
            """
            select period from longshore.control
            where schema_name = $1 and table_name = $2 and loaded_by is not null order by period
            """,
            [.text(schema), .text(mart.table)]
        )
        let labels = try rows.map { try $0.text("period") }
        guard let odd = labels.first(where: { Period($0, grain: grain) == nil }),
            try await !TableColumns.read(of: qualified(schema, mart.table), on: connection).isEmpty
        else { return nil }
        return Misfit(
            table: "\(schema).\(mart.table)",
            problems: [
                odd.isEmpty
                    ? "it is computed whole, the definition computes it per period"
                    : "it has rows of the period `\(odd)`, which is no \(grain.rawValue)"
            ],
            statements: [
                "drop table \(qualified(schema, mart.table));",
                "delete from longshore.control where schema_name = \(quoteLiteral(schema)) "
                    + "and table_name = \(quoteLiteral(mart.table));",
                Reload.prefix + "longshore load FOLDER",
            ]
        )
    }

    /// A query or test that Postgres refuses is the definition's fault, and is told as such.
    ///
    /// - Returns: why the table can only be made to fit by destroying what it holds.
    func prepare() async throws -> Misfit? {
        do {
            if let misfit = try await createOrCheck() { return misfit }
        } catch let error as PostgresError where error.sqlState?.errorClass == "42" {
            throw WarehouseError.badQuery(ofMart: mart.name, error.message)
        }
        let period = mart.isPerPeriod ? Period(.day, containing: Day(number: 0)) : nil
        try await MartTestRun(mart: mart, schema: schema, period: period, connection: connection)
            .check()
        return nil
    }

    /// Creates a mart's table with the columns that its query has, or checks that they still fit.
    private func createOrCheck() async throws -> Misfit? {
        try await connection.query(
            "set local search_path to " + quoteIdentifier(schema)
        )
        let table = qualified(schema, mart.table)
        let query = mart.select(for: Period(.day, containing: Day(number: 0)))
        let existing = try await TableColumns.read(of: table, on: connection)
        guard !existing.isEmpty else {
            try await connection.query("create table \(table) as \(query) with no data")
            try await OwnedSchema(name: schema, connection: connection).take(mart.table)
            if mart.isPerPeriod {
                try await connection.query("create index on \(table) (period)")
            }
            return nil
        }
        let shape = try await MartShape.read(of: query, on: connection)
        guard shape != existing else { return nil }
        let reload = Reload(schema: schema, hasPeriods: grain != nil, connection: connection)
        return Misfit(
            table: "\(schema).\(mart.table)",
            problems: [
                "its columns are not those that its SQL gives now ("
                    + MartShape.differences(from: existing, to: shape) + ")"
            ],
            statements: [
                "drop table \(table);",
                mart.isPerPeriod ? try await reload.ofEveryPeriod() : try await reload.ofWhole(),
            ]
        )
    }
}
