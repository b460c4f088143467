import Ledger
import Pipelines
import Postgres
import StarSchema

/// The partition that holds a fact's rows of one period: that which has the period's bounds, whatever it is called.
struct PeriodLeaf {
    /// The fact's table.
    let parent: TableDesign
    /// The partition's name: where there is none yet, the one that it gets.
    let name: String
    /// The schema that it is in, which people may have changed.
    let schema: String
    /// Whether it was there when it was looked for.
    let isAttached: Bool
    let period: Period
    let connection: PostgresConnection

    /// Looks for the partition of a fact's period.
    static func find(
        _ fact: Fact,
        of parent: TableDesign,
        _ period: Period,
        on connection: PostgresConnection
    ) async throws -> PeriodLeaf {
        let name = fact.leaf(period)
        let usual: SQL = "c.oid = to_regclass(\(("\(id: parent.schema, name)" as SQL).text))"
        var found = try await partition(of: parent, period, where: usual, on: connection)
        if found == nil {
            found = try await partition(of: parent, period, where: "true", on: connection)
        }
        return PeriodLeaf(
            parent: parent,
            name: found?.name ?? name,
            schema: found?.schema ?? parent.schema,
            isAttached: found != nil,
            period: period,
            connection: connection
        )
    }

    /// The partition with the period's bounds, among some.
    private static func partition(
        of parent: TableDesign,
        _ period: Period,
        where condition: SQL,
        on connection: PostgresConnection
    ) async throws -> (schema: String, name: String)? {
        let bounds = PartitionBounds.from(
            "\(period.start.description)::date",
            to: "\(period.end.description)::date"
        )
        let rows = try await connection.query(
            """
            select n.nspname::text as schema, c.relname::text as name from pg_inherits i
            join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
            where i.inhparent = to_regclass(\(parent.qualifiedName.text)) and \(condition)
                and \(PartitionBounds.of("c")) = \(bounds)
            """
        )
        return try rows.first.map { (try $0.text("schema"), try $0.text("name")) }
    }

    /// The quoted name with its schema.
    var table: SQL { "\(id: schema, name)" }

    /// Makes an empty partition when the period has none.
    ///
    /// - Returns: whether it had none.
    func ensure() async throws -> Bool {
        guard !isAttached else { return false }
        try await create(as: name)
        try await prepare(name)
        try await attach()
        return true
    }

    /// Keeps the types and the name of the partition, which is there, from changing until the transaction ends, and
    /// looks whether they are those that rows are made for.
    ///
    /// - Throws: ``LoadingError`` when they are others, or the name has gone to another table since it was looked for.
    func hold() async throws {
        try await WrittenColumns(parent, of: name, in: schema, on: connection).hold(for: .writing)
        let held: SQL = "c.oid = to_regclass(\(table.text))"
        guard try await Self.partition(of: parent, period, where: held, on: connection) != nil
        else { throw LoadingError.changed("\(schema).\(name)", [.otherBounds]) }
        try await keepDefault()
    }

    /// Rows are copied without their period: a partition that somebody has made does not know it.
    private func keepDefault() async throws {
        let known = try await connection.query(
            """
            select from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
            where d.adrelid = to_regclass(\(table.text)) and a.attname = 'period'
                and pg_get_expr(d.adbin, d.adrelid) = format('%L::date', \(period.start.description)::text)
            """
        )
        guard known.isEmpty else { return }
        try await LockPatience(connection)
            .run("alter table \(table) alter column period set default date \(start)", on: table)
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
        } catch let error as PostgresError where error.sqlState == .checkViolation {
            throw StarSchemaError.strayRows(of: period, of: "\(parent.schema).\(parent.name)")
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
            let creation = try await index.creation(
                on: table,
                name: parent.name(of: index, on: name),
                in: parent.schema,
                connection
            )
            try await connection.query(creation)
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
