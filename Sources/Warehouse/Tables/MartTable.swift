import Pipelines
import Postgres

/// The table of a mart, whose columns are those that its query has.
struct MartTable {
    private let mart: Mart
    private let schema: String
    private let connection: PostgresConnection

    init(_ mart: Mart, of pipeline: Pipeline, on connection: PostgresConnection) {
        self.mart = mart
        schema = pipeline.schema
        self.connection = connection
    }

    /// A query or test that Postgres refuses is the definition's fault, and is told as such.
    func prepare() async throws {
        do {
            try await createOrCheck()
        } catch let error as PostgresError where error.sqlState?.errorClass == "42" {
            throw WarehouseError.badQuery(ofMart: mart.name, error.message)
        }
        let period = mart.isPerPeriod ? Period(.day, containing: Day(number: 0)) : nil
        try await MartTestRun(mart: mart, schema: schema, period: period, connection: connection)
            .check()
    }

    /// Creates a mart's table with the columns that its query has, or checks that they still fit.
    private func createOrCheck() async throws {
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
            return
        }
        try await connection.query(
            "create temp table mart_shape on commit drop as \(query) with no data"
        )
        let shape = try await TableColumns.read(of: "pg_temp.mart_shape", on: connection)
        try await connection.query("drop table pg_temp.mart_shape")
        guard shape == existing else {
            throw WarehouseError.destructive(
                "\(schema).\(mart.table)",
                "its columns are not those that its SQL gives now",
                sql: "drop table \(table);  -- then load every period again"
            )
        }
    }
}
