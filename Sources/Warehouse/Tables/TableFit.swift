import Pipelines
import Postgres

/// Makes one table fit its design: creates it, adds what it lacks, refuses what would destroy data.
struct TableFit {
    private let design: TableDesign
    /// The length of the periods that partitions are cut by.
    private let periods: PeriodGrain?
    private let altersTables: Bool
    private let connection: PostgresConnection

    init(
        _ design: TableDesign,
        periods: PeriodGrain?,
        altersTables: Bool,
        on connection: PostgresConnection
    ) {
        self.design = design
        self.periods = periods
        self.altersTables = altersTables
        self.connection = connection
    }

    /// - Throws: `WarehouseError` when the table can only be made to fit by destroying what it holds.
    func run() async throws {
        let existing = try await TableColumns.read(of: design.qualifiedName, on: connection)
        if existing.isEmpty {
            try await create()
        } else {
            try await fit(to: existing)
        }
        if design.isPartitionedByPeriod { try await checkPeriods() }
    }

    private func create() async throws {
        let definitions = design.columns
            .map { "\(quoteIdentifier($0.name)) \($0.type) \($0.constraint)" }
            .joined(separator: ", ")
        let partitioning = design.isPartitionedByPeriod ? " partition by range (period)" : ""
        try await connection.query(
            "create table \(design.qualifiedName) (\(definitions))\(partitioning)"
        )
        try await OwnedSchema(name: design.schema, connection: connection).take(design.name)
        for index in design.indexes {
            try await connection.query(index.sql(on: design.qualifiedName))
        }
        try await comment()
    }

    private func fit(to existing: [String: String]) async throws {
        try refuseLoss(existing)
        try await allowNulls()
        for column in design.columns {
            guard let type = existing[column.name] else {
                try await add(column)
                continue
            }
            guard type == column.type else {
                throw WarehouseError.destructive(
                    "\(design.schema).\(design.name)",
                    "its column `\(column.name)` is `\(type)`, the definition says `\(column.type)`",
                    sql: "alter table \(design.qualifiedName) alter column "
                        + "\(quoteIdentifier(column.name)) type \(column.type) "
                        + "using \(quoteIdentifier(column.name))::\(column.type);"
                )
            }
        }
        for index in design.indexes {
            try await check(index)
        }
        try await comment()
    }

    /// A table cannot gain or lose versions, nor a column be left unfilled.
    private func refuseLoss(_ existing: [String: String]) throws {
        let wanted = Set(design.columns.map(\.name))
        let hasVersions = existing["valid_from"] != nil
        guard hasVersions == wanted.contains("valid_from") else {
            throw WarehouseError.destructive(
                "\(design.schema).\(design.name)",
                hasVersions
                    ? "it has versions, the definition has no `scd: 2`"
                    : "it has no versions, the definition has `scd: 2`",
                sql: "drop table \(design.qualifiedName);  -- then load it, and every period again"
            )
        }
        guard let lost = existing.keys.sorted().first(where: { !wanted.contains($0) }) else {
            return
        }
        throw WarehouseError.destructive(
            "\(design.schema).\(design.name)",
            "the definition has no column `\(lost)` any more",
            sql: "alter table \(design.qualifiedName) drop column \(quoteIdentifier(lost));"
        )
    }

    /// A column that is added later is null in the rows that are there, whatever the rules say now.
    private func add(_ column: TableDesign.Column) async throws {
        let isReference = column.constraint == "not null" && column.type == "bigint"
        let constraint = isReference ? "not null default \(UnknownMember.key)" : ""
        try await alter("add column \(quoteIdentifier(column.name)) \(column.type) \(constraint)")
    }

    /// A column that is required no more may be null from now on, in every partition.
    private func allowNulls() async throws {
        let rows = try await connection.query(
            """
            select distinct attname as name from pg_attribute
            where attnum > 0 and attnotnull and attrelid in (
                select to_regclass($1) union all
                select inhrelid from pg_inherits where inhparent = to_regclass($1))
            """,
            [.text(design.qualifiedName)]
        )
        let required = try Set(rows.map { try $0.text("name") })
        for column in design.columns
        where column.constraint.isEmpty && required.contains(column.name) {
            try await alter("alter column \(quoteIdentifier(column.name)) drop not null")
        }
    }

    /// Alters the table, which is there, under a lock that keeps readers out.
    private func alter(_ action: String) async throws {
        let sql = "alter table \(design.qualifiedName) \(action)"
        guard altersTables else { throw altersTable(sql) }
        try await LockPatience(connection).run(sql)
    }

    private func altersTable(_ sql: String) -> WarehouseError {
        .altersTable("\(design.schema).\(design.name)", sql: sql + ";")
    }

    /// An index whose columns differ means that the grain or the business key has changed.
    private func check(_ index: TableDesign.Index) async throws {
        let rows = try await connection.query(
            """
            select array_to_string(array_agg(a.attname order by k.place), ', ') as columns
            from pg_index i
            cross join lateral unnest(i.indkey) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where i.indexrelid = to_regclass($1)
            """,
            [.text(qualified(design.schema, index.name))]
        )
        let wanted = index.columns.joined(separator: ", ")
        guard let found = try rows.first?.optionalText("columns") else {
            let sql = index.sql(on: design.qualifiedName)
            guard altersTables else { throw altersTable(sql) }
            try await connection.query(sql)
            return
        }
        guard found != wanted else { return }
        // The same columns in another order: `load` has changed, and the rows need not.
        guard Set(found.split(separator: ", ").map(String.init)) == Set(index.columns) else {
            let loaded = try await LoadedPeriods(design.schema, [design.name], on: connection)
                .summary()
            throw WarehouseError.destructive(
                "\(design.schema).\(design.name)",
                "its rows are identified by (\(found)), the definition says (\(wanted))"
                    + (loaded.isEmpty ? "" : ". It has to be loaded anew: \(loaded)"),
                sql: "drop table \(design.qualifiedName);  -- then load every period again"
            )
        }
        let sql =
            "drop index \(qualified(design.schema, index.name)); "
            + index.sql(on: design.qualifiedName)
        guard altersTables else {
            throw WarehouseError.altersTable("\(design.schema).\(design.name)", sql: sql + ";")
        }
        try await LockPatience(connection).run(sql)
    }

    /// Periods of another length would overlap the partitions that are there.
    private func checkPeriods() async throws {
        guard let grain = periods else { return }
        let rows = try await connection.query(
            """
            select pg_get_expr(c.relpartbound, c.oid) as bound
            from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = to_regclass($1)
            """,
            [.text(design.qualifiedName)]
        )
        for row in rows {
            // FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')
            let bound = try row.text("bound").split(separator: "'")
            guard bound.count == 5, let start = Day(String(bound[1])) else { continue }
            let period = Period(grain, containing: start)
            guard period.start == start, period.end.description == bound[3] else {
                throw WarehouseError.destructive(
                    "\(design.schema).\(design.name)",
                    "it has a partition from \(bound[1]) to \(bound[3]), which is no \(grain.rawValue)",
                    sql: "drop table \(design.qualifiedName);  -- then load every period again"
                )
            }
        }
    }

    /// Writes the comments that differ: a comment that is there already needs no lock.
    private func comment() async throws {
        let rows = try await connection.query(
            """
            select coalesce(a.attname, '') as name, d.description from pg_description d
            left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
            where d.objoid = to_regclass($1) and d.classoid = 'pg_class'::regclass
            """,
            [.text(design.qualifiedName)]
        )
        var known: [String: String] = [:]
        for row in rows { known[try row.text("name")] = try row.text("description") }
        var statements: [String] = []
        if let comment = design.comment, known[""] != comment {
            statements.append(
                "comment on table \(design.qualifiedName) is \(quoteLiteral(comment));"
            )
        }
        for column in design.columns {
            guard let comment = column.comment, known[column.name] != comment else { continue }
            let name = design.qualifiedName + "." + quoteIdentifier(column.name)
            statements.append("comment on column \(name) is \(quoteLiteral(comment));")
        }
        guard !statements.isEmpty else { return }
        try await connection.script(statements.joined(separator: "\n"))
    }
}
