import Ledger
import Pipelines
import Postgres

/// The table of a mart, whose columns are those that its query has.
struct MartTable {
    private let mart: Mart
    private let schema: String
    private let grain: PeriodGrain?
    private let altersTables: Bool
    private let zone: String
    private let role: MartRole?
    private let connection: PostgresConnection

    init(
        _ mart: Mart,
        of pipeline: Pipeline,
        altersTables: Bool,
        role: MartRole?,
        on connection: PostgresConnection
    ) {
        self.mart = mart
        self.altersTables = altersTables
        self.role = role
        schema = pipeline.schema
        grain = pipeline.periods?.grain
        zone = pipeline.zone
        self.connection = connection
    }

    /// The quoted name with its schema.
    private var table: SQL { "\(id: schema, mart.table)" }

    private var rebuild: MartRebuild {
        MartRebuild(
            mart: mart,
            schema: schema,
            altersTables: altersTables,
            connection: connection
        )
    }

    /// Makes a table anew whose rows are of periods of another length.
    ///
    /// Beside the new ones they would stay. Nothing is lost by it: its rows follow from others.
    ///
    /// - Returns: why it cannot be done.
    func fitPeriods() async throws -> Misfit? {
        guard mart.isPerPeriod, let grain else { return nil }
        let rows = try await connection.query(
            """
            select period from longshore.control
            where \(PeriodKey(schema: schema, table: mart.table).isOfTable) and loaded_by is not null
            order by period
            """
        )
        let labels = try rows.map { try $0.text("period") }
        guard labels.contains(where: { Period($0, grain: grain) == nil }),
            try await !TableColumns.read(of: table, on: connection).isEmpty
        else { return nil }
        let misfit = try await rebuild.drop()
        if misfit == nil { try await rebuild.forgetPeriods() }
        return misfit
    }

    /// A query or test that Postgres refuses is the definition's fault, and is told as such.
    ///
    /// - Returns: why the table can only be made to fit by destroying what it holds.
    func prepare() async throws -> Misfit? {
        let period = mart.isPerPeriod ? Period(.day, containing: Day(number: 0)) : nil
        do {
            if let misfit = try await createOrFit() { return misfit }
            try await role?.admit(on: connection)
            try await function.check(mart.select(for: period))
        } catch let error as PostgresError
            where ["0A", "42", "54"].contains(error.sqlState?.errorClass)
        {
            throw function.refusal(error) ?? .badQuery(of: "mart `\(mart.name)`", error.message)
        }
        try await MartTestRun(mart: mart, period: period, function: function).check()
        return nil
    }

    private var setting: MartSetting { MartSetting(schema: schema, zone: zone) }

    private var function: MartFunction {
        MartFunction(mart: mart.name, setting: setting, role: role, connection: connection)
    }

    /// Creates a mart's table with the columns that its query has, or gives it those that it has now.
    private func createOrFit() async throws -> Misfit? {
        let query = mart.select(for: Period(.day, containing: Day(number: 0)))
        let existing = try await TableColumns.exact(of: table, on: connection)
        guard !existing.isEmpty else {
            try await setting.query(
                "create table \(table) as \(query) with no data",
                on: connection
            )
            try await OwnedSchema(name: schema, connection: connection).take(mart.table)
            if mart.isPerPeriod {
                try await connection.query("create index on \(table) (period)")
            }
            return nil
        }
        let shape = try await MartShape.make(of: query, in: setting, on: connection)
        try await MartShape.drop(on: connection)
        guard shape != existing else { return nil }
        return try await rebuild.fit(existing, to: shape)
    }
}
