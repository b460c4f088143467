import Ledger
import Pipelines
import Postgres
import StarSchema

/// The partition that holds a fact's rows of one period.
struct PeriodLeaf {
    /// The fact's table.
    let parent: TableDesign
    /// The partition's name.
    let name: String
    let period: Period
    let connection: PostgresConnection

    init(_ fact: Fact, of parent: TableDesign, _ period: Period, on connection: PostgresConnection)
    {
        self.parent = parent
        name = fact.leaf(period)
        self.period = period
        self.connection = connection
    }

    /// The quoted name with its schema.
    var table: SQL { "\(id: parent.schema, name)" }

    func isAttached() async throws -> Bool {
        let rows = try await connection.query(
            """
            select from pg_inherits where inhparent = to_regclass(\(parent.qualifiedName.text))
                and inhrelid = to_regclass(\(table.text))
            """
        )
        return !rows.isEmpty
    }

    /// Makes an empty partition when the period has none.
    func ensure() async throws {
        guard try await !isAttached() else { return }
        try await create(as: name)
        try await prepare(name)
        try await attach()
    }

    /// Keeps the types of the partition, which is there, from changing until the transaction ends, and
    /// looks whether they are those that rows are made for.
    func hold() async throws {
        try await WrittenColumns(parent, of: name, on: connection).hold(for: .writing)
    }

    /// Makes the partition, which ``prepare(_:)`` has prepared, visible.
    ///
    /// - Throws: ``LoadingError`` when the fact has other columns by now.
    func attach() async throws {
        try await explainingMisfits {
            try await LockPatience(connection).run(attachSQL, on: parent.qualifiedName)
        }
        try await connection.query(releaseSQL)
    }

    /// Says in words what ATTACH has found, when it is that the fact has other columns by now.
    func explainingMisfits<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == .datatypeMismatch {
            try await connection.query("rollback to savepoint patience")
            throw try await WrittenColumns(parent, on: connection).refusal(error)
        }
    }

    /// Creates a table of the partition's shape that is no partition yet.
    ///
    /// The columns are spelled out rather than taken with LIKE, which would lock the parent until
    /// the commit and so deadlock with another period that wants to attach its partition.
    func create(as name: String) async throws {
        // Decimals may be wider by now than the definition of the attempt's load says.
        let found = try await TableColumns.read(of: parent.qualifiedName, on: connection)
        let columns = parent.columns.map { column -> SQL in
            let standard: SQL = column.name == "period" ? " default date \(start)" : ""
            let isWider =
                found[column.name]
                .map { WarehouseType($0).isWider(than: WarehouseType(column.type)) } ?? false
            var column = column
            if isWider { column.type = found[column.name] ?? column.type }
            return "\(column.sql)\(standard)"
        }
        do {
            try await connection.query(
                "create table \(id: parent.schema, name) (\(columns.joined(separator: ", ")))"
            )
        } catch let error as PostgresError where error.sqlState == .duplicateTable {
            throw StarSchemaError.occupied(
                ["\(parent.schema).\(name)"],
                of: "\(parent.schema).\(parent.name)"
            )
        }
        try await OwnedSchema(name: parent.schema, connection: connection).take(name)
    }

    /// Gives a table that ``create(as:)`` made its indexes, and the CHECK that lets ATTACH skip
    /// reading its rows.
    func prepare(_ name: String) async throws {
        let table: SQL = "\(id: parent.schema, name)"
        for index in parent.indexes {
            try await connection.query(index.sql(on: table, name: parent.name(of: index, on: name)))
        }
        try await connection.query(
            """
            alter table \(table) add constraint period_bound
            check (period >= date \(start) and period < date \(end))
            """
        )
    }

    /// Makes the partition visible.
    var attachSQL: SQL {
        """
        alter table \(parent.qualifiedName) attach partition \(table)
        for values from (\(start)) to (\(end))
        """
    }

    /// Removes the CHECK, which the bound makes needless.
    var releaseSQL: SQL { "alter table \(table) drop constraint period_bound" }

    /// The period's bounds as constants: DDL takes no parameters.
    private var start: SQL { "\(literal: period.start.description)" }
    private var end: SQL { "\(literal: period.end.description)" }
}
