import Ledger
import Pipelines
import Postgres

/// Makes one table fit its design: creates it, adds what it lacks, refuses what would destroy data.
struct TableFit {
    let design: TableDesign
    /// The dimension's or fact's table: the design is its own, or that of a table beside it.
    private let owner: String
    private let pipeline: Pipeline
    private let alteration: Alteration
    /// Columns that somebody has dropped.
    private let dropped: [String]
    let connection: PostgresConnection

    init(
        _ design: TableDesign,
        of owner: String,
        in pipeline: Pipeline,
        alteration: Alteration,
        dropped: [String] = [],
        on connection: PostgresConnection
    ) {
        self.design = design
        self.owner = owner
        self.pipeline = pipeline
        self.alteration = alteration
        self.dropped = dropped
        self.connection = connection
    }

    /// - Returns: why the table can only be made to fit by destroying what it holds; it is as it was
    ///   then.
    func run() async throws -> Misfit? {
        let existing = try await TableColumns.read(of: design.qualifiedName, on: connection)
        if existing.isEmpty {
            try await create()
            return nil
        }
        let misfit = try await TableMisfit(
            design,
            existing: existing,
            of: owner,
            in: pipeline,
            on: connection
        )
        .find()
        if let misfit { return misfit }
        if let misfit = try await widen(from: existing) { return misfit }
        try await fit(to: existing)
        return try await keepDefaults()
    }

    /// Makes decimals wider that the definition says are: every value stays what it is.
    ///
    /// With the same number of decimals Postgres only notes it; with more it writes the rows anew.
    ///
    /// - Returns: what is in the way.
    private func widen(from existing: [String: String]) async throws -> Misfit? {
        for column in design.columns {
            guard let type = existing[column.name],
                WarehouseType(column.type).isWider(than: WarehouseType(type)),
                alteration != .tried || !WarehouseType(column.type).hasMoreDecimals(than: type)
            else { continue }
            let action: SQL = "alter column \(id: column.name) type \(raw: column.type)"
            do {
                try await alter(action)
            } catch let error as PostgresError where error.sqlState == .featureNotSupported {
                // A view that shows the column.
                try await connection.query("rollback to savepoint patience")
                return Misfit(
                    table: "\(design.schema).\(design.name)",
                    problems: [
                        "its column `\(column.name)` is `\(type)`, the definition says `\(column.type)`, "
                            + "and something that uses it is in the way (\(error.message)): drop that "
                            + "before, and make it again behind"
                    ],
                    statements: [("alter table \(design.qualifiedName) \(action);" as SQL).written]
                )
            }
        }
        return nil
    }

    private func create() async throws {
        try await connection.query(
            """
            create table \(design.qualifiedName)
            (\(design.columns.map(\.sql).joined(separator: ", ")))
            \(design.isPartitionedByPeriod ? "partition by range (period)" : "")
            """
        )
        try await OwnedSchema(name: design.schema, connection: connection).take(design.name)
        for index in design.indexes {
            try await connection.query(index.sql(on: design.qualifiedName))
        }
        try await comment()
    }

    private func fit(to existing: [String: String]) async throws {
        try await allowNulls()
        let added = design.columns.filter { existing[$0.name] == nil }
        for column in added { try await add(column) }
        try await NewColumns(
            added,
            dropped: dropped,
            of: PeriodKey(schema: design.schema, table: owner),
            on: connection
        )
        .markPeriods()
        for index in design.indexes {
            try await fit(index)
        }
        try await comment()
    }

    /// A value that is added later is null in the rows that are there, whatever the rules say now, and
    /// a reference is the unknown member.
    private func add(_ column: TableDesign.Column) async throws {
        var added = column
        switch column.role {
        case .own where column.constraint.contains("default"): break
        case .value, .own: added.constraint = ""
        case .reference: added.constraint += " default \(UnknownMember.key)"
        }
        try await alter("add column \(added.sql)")
    }

    /// A column that is required no more may be null from now on, in every partition.
    private func allowNulls() async throws {
        let name = design.qualifiedName.written
        let rows = try await connection.query(
            """
            select distinct attname as name from pg_attribute
            where attnum > 0 and attnotnull and attrelid in (
                select to_regclass(\(name)) union all
                select inhrelid from pg_inherits where inhparent = to_regclass(\(name)))
            """
        )
        let required = try Set(rows.map { try $0.text("name") })
        for column in design.columns
        where column.constraint.isEmpty && required.contains(column.name) {
            try await alter("alter column \(id: column.name) drop not null")
        }
    }

    /// Alters the table, which is there, under a lock that keeps readers out.
    func alter(_ action: SQL) async throws {
        let sql: SQL = "alter table \(design.qualifiedName) \(action)"
        guard alteration != .refused else { throw altersTable(sql) }
        try await LockPatience(connection).run(sql, on: design.qualifiedName)
    }

    /// Makes an index, which takes its time and refuses nothing.
    private func change(_ sql: SQL, _ body: () async throws -> Void) async throws {
        switch alteration {
        case .done: try await body()
        case .tried: break
        case .refused: throw altersTable(sql)
        }
    }

    private func altersTable(_ sql: SQL) -> StarSchemaError {
        .altersTable("\(design.schema).\(design.name)", sql: sql + ";")
    }

    /// Creates an index that is missing; one with the columns in another order is made anew.
    private func fit(_ index: TableDesign.Index) async throws {
        guard let columns = try await index.columns(of: design, on: connection) else {
            guard try await !index.hasTwin(on: design.qualifiedName, connection) else { return }
            let sql = try await index.creation(
                on: design.qualifiedName,
                in: design.schema,
                connection
            )
            try await self.change(sql) { try await connection.query(sql) }
            return
        }
        let sql = index.sql(on: design.qualifiedName)
        // The same columns in another order: `load` has changed, and the rows need not.
        guard columns != index.columns else { return }
        let drop: SQL = "drop index \(id: design.schema, index.name)"
        try await self.change("\(drop); \(sql)") {
            try await LockPatience(connection).run(drop, sql, on: design.qualifiedName)
        }
    }

    /// Writes the comments that differ: a comment that is there already needs no lock.
    private func comment() async throws {
        let rows = try await connection.query(
            """
            select coalesce(a.attname, '') as name, d.description from pg_description d
            left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
            where d.objoid = to_regclass(\(design.qualifiedName.text))
                and d.classoid = 'pg_class'::regclass
            """
        )
        var known: [String: String] = [:]
        for row in rows { known[try row.text("name")] = try row.text("description") }
        var statements: [SQL] = []
        if let comment = design.comment, known[""] != comment {
            statements.append("comment on table \(design.qualifiedName) is \(literal: comment)")
        }
        for column in design.columns {
            guard let comment = column.comment, known[column.name] != comment else { continue }
            let name: SQL = "\(id: design.schema, design.name, column.name)"
            statements.append("comment on column \(name) is \(literal: comment)")
        }
        for statement in statements { try await connection.query(statement) }
    }
}
