import Pipelines
import Planning
import Postgres

/// Makes a pipeline's tables fit its definition, as far as nothing is destroyed by it.
///
/// It runs in the transaction that creates a load, so workers find every table in place and hold no
/// lock on a parent while they load.
struct SchemaPreparation {
    let pipeline: Pipeline
    let connection: PostgresConnection
    /// Whether tables that are there may be altered: readers wait until the transaction ends.
    var altersTables = true

    /// Creates what is missing, adds columns, refuses what would destroy data.
    func run() async throws {
        try await Self.lock(pipeline.schema, on: connection)
        try await connection.query(
            "create schema if not exists " + quoteIdentifier(pipeline.schema)
        )
        for dimension in pipeline.dimensions {
<<<<<<< HEAD
            try await ChangedDimension(dimension, of: pipeline, on: connection).check()
            for design in dimension.designs(schema: pipeline.schema) { try await prepare(design) }
            try await addUnknownMember(of: dimension)
            try await VersionConstraints(dimension, schema: pipeline.schema, on: connection)
                .ensure()
=======
            try await fit(dimension.design(schema: pipeline.schema))
            try await addUnknownMember(of: dimension)
            if dimension.keepsObservations {
                try await fit(dimension.observationDesign(schema: pipeline.schema))
            }
>>>>>>> 2e97afee01428e14d706f3297dc1ed576d7999ce
        }
        for fact in pipeline.facts {
            try await fit(fact.design(schema: pipeline.schema))
        }
        for name in try martOrder() {
            guard let mart = pipeline.mart(name) else { continue }
            try await MartTable(mart, of: pipeline, on: connection).prepare()
        }
    }

    /// Until the transaction ends, no other load of the schema is created and no period of it is
    /// closed: two must not create the same table at once, nor claim a period that is being closed.
    static func lock(_ schema: String, on connection: PostgresConnection) async throws {
        try await connection.query(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            [.text("longshore.schema." + schema)]
        )
    }

    private func fit(_ design: TableDesign) async throws {
        try await TableFit(
            design,
            periods: pipeline.periods?.grain,
            altersTables: altersTables,
            on: connection
        )
        .run()
    }

<<<<<<< HEAD
    private func fit(_ design: TableDesign, to existing: [String: String]) async throws {
        try refuseLoss(design, existing)
        try await allowNulls(in: design)
        for column in design.columns {
            guard let type = existing[column.name] else {
                try await add(column, to: design)
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
            try await check(index, of: design)
        }
        try await comment(design)
    }

    /// A table cannot gain or lose versions, nor a column be left unfilled.
    private func refuseLoss(_ design: TableDesign, _ existing: [String: String]) throws {
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
    private func add(_ column: TableDesign.Column, to design: TableDesign) async throws {
        let isReference = column.constraint == "not null" && column.type == "bigint"
        let constraint = isReference ? "not null default \(UnknownMember.key)" : ""
        try await LockPatience(connection)
            .run(
                "alter table \(design.qualifiedName) add column "
                    + "\(quoteIdentifier(column.name)) \(column.type) \(constraint)"
            )
    }

    /// A column that is required no more may be null from now on, in every partition.
    private func allowNulls(in design: TableDesign) async throws {
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
            try await LockPatience(connection)
                .run(
                    "alter table \(design.qualifiedName) "
                        + "alter column \(quoteIdentifier(column.name)) drop not null"
                )
        }
    }

    /// An index whose columns differ means that the grain or the business key has changed.
    private func check(_ index: TableDesign.Index, of design: TableDesign) async throws {
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
            try await connection.query(index.sql(on: design.qualifiedName))
            return
        }
        guard found == wanted else {
            let periods = try await LoadedPeriods(design.schema, [design.name], on: connection)
                .summary()
            throw WarehouseError.destructive(
                "\(design.schema).\(design.name)",
                "its rows are identified by (\(found)), the definition says (\(wanted))"
                    + (periods.isEmpty ? "" : ". It has to be loaded anew: \(periods)"),
                sql: "drop table \(design.qualifiedName);  -- then load every period again"
            )
        }
    }

    /// Periods of another length would overlap the partitions that are there.
    private func checkPeriods(of design: TableDesign) async throws {
        guard let grain = pipeline.periods?.grain else { return }
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
    private func comment(_ design: TableDesign) async throws {
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

    /// The columns of a table with their types; empty when there is no such table.
    private func columns(of table: String) async throws -> [String: String] {
        let rows = try await connection.query(
            """
            select attname as name, format_type(atttypid, atttypmod) as type
            from pg_attribute
            where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
            """,
            [.text(qualified(pipeline.schema, table))]
        )
        var columns: [String: String] = [:]
        for row in rows { columns[try row.text("name")] = try row.text("type") }
        return columns
    }

    // MARK: Dimensions

=======
>>>>>>> 2e97afee01428e14d706f3297dc1ed576d7999ce
    private func addUnknownMember(of dimension: Dimension) async throws {
        let references = dimension.references.map(\.column)
        let columns = [dimension.surrogateKey] + references
        let values = columns.map { _ in String(UnknownMember.key) }.joined(separator: ", ")
        try await connection.query(
            "insert into \(qualified(pipeline.schema, dimension.table)) (\(quotedList(columns))) "
                + "values (\(values)) on conflict (\(quoteIdentifier(dimension.surrogateKey))) "
                + "do nothing"
        )
    }

    /// The marts' names, each after the marts that it reads.
    private func martOrder() throws -> [String] {
        let graph = try PlanGraph(pipeline, periods: [Period(.day, containing: Day(number: 0))])
        return graph.tasks.filter { $0.kind == .mart }.map(\.name)
    }
}
