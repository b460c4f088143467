import Ledger
import Pipelines
import Postgres
import Rows

/// What keeps a table from fitting its design without a loss, all of it at once.
struct TableMisfit {
    private let design: TableDesign
    /// The types of the columns that are there.
    private let existing: [String: String]
    private let pipeline: Pipeline
    /// The dimension's or fact's table: the design is its own, or that of a table beside it.
    private let owner: String
    private let connection: PostgresConnection

    init(
        _ design: TableDesign,
        existing: [String: String],
        of owner: String,
        in pipeline: Pipeline,
        on connection: PostgresConnection
    ) {
        self.design = design
        self.existing = existing
        self.owner = owner
        self.pipeline = pipeline
        self.connection = connection
    }

    /// - Returns: `nil` when the table fits, or can be made to fit with all that it holds.
    func find() async throws -> Misfit? {
        let (differing, renames) = try await columnProblems()
        if let whole = try await wholeProblem(renames) {
            return Misfit(
                table: name,
                problems: differing.map(\.problem) + [whole.problem],
                statements: whole.statements
            )
        }
        guard !differing.isEmpty else { return nil }
        return Misfit(
            table: name,
            problems: differing.map(\.problem),
            statements: differing.flatMap(\.statements)
        )
    }

    private var name: String { "\(design.schema).\(design.name)" }
    /// The length of the periods that partitions are cut by.
    private var periods: PeriodGrain? { pipeline.periods?.grain }

    // MARK: Columns

    private struct Difference {
        let problem: String
        let statements: [String]
    }

    /// Columns that are gone, and those of another type; a wider decimal is one that follows by itself.
    ///
    /// - Returns: them, and the names that those may have now that are gone.
    private func columnProblems() async throws -> ([Difference], renames: [String: String]) {
        let lost = RenamedColumns.lost(from: existing, design)
        let changed = design.columns.filter { column in
            existing[column.name]
                .map { type in
                    type != column.type
                        && !WarehouseType(column.type).isWider(than: WarehouseType(type))
                } ?? false
        }
        guard !lost.isEmpty || !changed.isEmpty else { return ([], [:]) }
        let earlier = try await StoredDefinition.ofTable(owner, in: design.schema, on: connection)?
            .pipelineIfReadable
        let now = ColumnOrigins(of: owner, in: pipeline)
        let before = earlier.map { ColumnOrigins(of: owner, in: $0) }
        let renamed = RenamedColumns(
            lost: lost,
            new: design.columns.filter { existing[$0.name] == nil },
            now: now,
            before: before
        )
        var differences: [Difference] = []
        for column in lost.keys.sorted() {
            differences.append(try await loss(of: column, to: renamed.successor(of: column)))
        }
        differences += changed.map {
            change(of: $0, from: existing[$0.name] ?? "", now, before ?? now)
        }
        return (differences, renamed.names)
    }

    /// A column that the definition has no more, and the one that it may be now.
    private func loss(
        of column: String,
        to successor: TableDesign.Column?
    ) async throws -> Difference {
        let drop = dropping(column)
        let problem = "the definition has no column `\(column)` any more"
        guard let successor else { return Difference(problem: problem, statements: [drop]) }
        let loaded = try await LoadedPeriods(design.schema, [design.name], on: connection).summary()
        let again =
            loaded.isEmpty
            ? [] : ["-- the next load adds `\(successor.name)`, and has to fill it: \(loaded)"]
        return Difference(
            problem: problem
                + ", and `\(successor.name)` is new: it may be the same under another name",
            statements: [drop] + again + [
                "-- or, only if `\(successor.name)` is `\(column)` under another name (nothing has to be "
                    + "loaded again then): "
                    + (try await design.renaming(column, to: successor.name, on: connection))
                    .written
            ]
        )
    }

    /// A column of another type.
    private func change(
        of column: TableDesign.Column,
        from type: String,
        _ now: ColumnOrigins,
        _ before: ColumnOrigins
    ) -> Difference {
        let zone = now.zones[column.name] ?? before.zones[column.name] ?? now.zone
        let conversion = TypeConversion(of: column.name, from: type, to: column.type, zone: zone)
        let problem =
            "its column `\(column.name)` is `\(type)`, the definition says `\(column.type)`"
        let drop = dropping(column.name)
        guard let expression = conversion.expression else {
            return Difference(
                problem: problem + ", and only its source can tell the values",
                statements: [drop, Reload.prefix + "longshore load FOLDER"]
            )
        }
        let note = conversion.note.map { ["-- `\(column.name)`: \($0)"] } ?? []
        let statement: SQL =
            "\(alter) alter column \(id: column.name) type \(raw: column.type) using \(expression);"
        return Difference(
            problem: problem,
            statements: note + [statement.written]
                + [
                    "-- or, to have `\(column.name)` as its source tells it: \(drop) and load it again"
                ]
        )
    }

    private var alter: SQL { "alter table \(design.qualifiedName)" }

    private func dropping(_ column: String) -> String {
        ("\(alter) drop column \(id: column);" as SQL).written
    }

    // MARK: The whole table

    /// What only a new table can follow: another shape, other keys, other periods; `renames` are the names
    /// that columns may have now that are gone.
    private func wholeProblem(_ renames: [String: String]) async throws -> Difference? {
        var problems = [versionProblem].compactMap(\.self)
        let isPartitioned = try await isPartitioned()
        if isPartitioned != design.isPartitionedByPeriod {
            problems.append(
                isPartitioned
                    ? "it is cut by period, the definition loads it whole"
                    : "it is loaded whole, the definition cuts it by period"
            )
        }
        let key = try await differingKey()
        problems += try await [key?.problem, periodProblem()].compactMap(\.self)
        problems += keysThatOnlyTheSourceTells
        guard !problems.isEmpty else { return nil }
        var statements = try await rebuilding(wasPartitioned: isPartitioned)
        if let key, problems.count == 1, let renaming = try await renaming(key, by: renames) {
            statements.append(renaming)
        }
        let loaded = try await LoadedPeriods(design.schema, [design.name], on: connection).summary()
        return Difference(
            problem: problems.joined(separator: "; ")
                + (loaded.isEmpty ? "" : ". It has to be loaded anew: \(loaded)"),
            statements: statements
        )
    }

    private var versionProblem: String? {
        let hasVersions = existing["valid_from"] != nil
        guard hasVersions != design.columns.contains(where: { $0.name == "valid_from" }) else {
            return nil
        }
        return hasVersions
            ? "it has versions, the definition has no `scd: 2`"
            : "it has no versions, the definition has `scd: 2`"
    }

    private func isPartitioned() async throws -> Bool {
        try await
            !connection.query(
                """
                select from pg_class
                where oid = to_regclass(\(design.qualifiedName.text)) and relkind = 'p'
                """
            )
            .isEmpty
    }

    /// The columns of a unique index, and those that the definition says.
    private struct DifferingKey {
        let found: [String]
        let wanted: [String]

        var problem: String {
            "its rows are identified by (\(found.joined(separator: ", "))), "
                + "the definition says (\(wanted.joined(separator: ", ")))"
        }
    }

    /// A unique index whose columns differ means that the grain or the business key has changed.
    private func differingKey() async throws -> DifferingKey? {
        for index in design.indexes {
            guard let found = try await index.columns(of: design, on: connection),
                Set(found) != Set(index.columns)
            else { continue }
            return DifferingKey(found: found, wanted: index.columns)
        }
        return nil
    }

    /// What makes the key fit without another table: columns that only have other names.
    private func renaming(
        _ key: DifferingKey,
        by renames: [String: String]
    ) async throws -> String? {
        guard Set(key.found.map { renames[$0] ?? $0 }) == Set(key.wanted) else { return nil }
        let pairs = key.found.compactMap { old in renames[old].map { (old: old, new: $0) } }
        var statements: [SQL] = []
        for (old, new) in pairs {
            statements.append(try await design.renaming(old, to: new, on: connection))
        }
        return RenamedColumns.offer(of: pairs, "the table and its rows stay then", statements)
    }

    /// Rows are found by these columns: they cannot be dropped and filled again.
    private var keysThatOnlyTheSourceTells: [String] {
        let keys = Set(design.indexes.filter(\.isUnique).flatMap(\.columns))
        return design.columns
            .filter { column in
                guard keys.contains(column.name), let type = existing[column.name],
                    type != column.type
                else { return false }
                return TypeConversion(of: "", from: type, to: column.type, zone: "UTC").expression
                    == nil
            }
            .map { "its rows are identified by `\($0.name)`, whose values no SQL can tell" }
    }

    /// Periods of another length would overlap the partitions that are there.
    private func periodProblem() async throws -> String? {
        guard design.isPartitionedByPeriod, let grain = periods else { return nil }
        let rows = try await connection.query(
            """
            select pg_get_expr(c.relpartbound, c.oid) as bound
            from pg_inherits join pg_class c on c.oid = inhrelid
            where inhparent = to_regclass(\(design.qualifiedName.text))
            order by c.relname
            """
        )
        for row in rows {
            // FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')
            let bound = try row.text("bound").split(separator: "'")
            guard bound.count == 5, let start = Day(String(bound[1])) else { continue }
            let period = Period(grain, containing: start)
            guard period.start == start, period.end.description == bound[3] else {
                return "it has a partition from \(bound[1]) to \(bound[3]), "
                    + "which is no \(grain.rawValue)"
            }
        }
        return nil
    }

    /// Drops the table, and has the control table say so: else nothing would be due.
    ///
    /// Periods that are cut otherwise now are nobody's any more; the others wait to be loaded again.
    private func rebuilding(wasPartitioned: Bool) async throws -> [String] {
        let reload = Reload(
            schema: design.schema,
            hasPeriods: periods != nil,
            connection: connection
        )
        let drop = "drop table \(design.qualifiedName.written);"
        guard wasPartitioned || design.isPartitionedByPeriod else {
            return [drop, try await reload.ofWhole()]
        }
        if wasPartitioned, design.isPartitionedByPeriod, try await periodProblem() == nil {
            let mark = reload.mark([design.name], reason: "\(design.name) was dropped")
            return [drop, mark, reload.ofMarked]
        }
        let key = PeriodKey(schema: design.schema, table: design.name)
        return [
            drop, ControlTable.deletion(of: key.isOfTable).written + ";",
            design.isPartitionedByPeriod
                ? Reload.prefix + "longshore load FOLDER" : try await reload.ofWhole(),
        ]
    }
}

extension TableDesign.Index {
    /// The columns of the index of its name that is there, in order; `nil` when there is none.
    func columns(
        of table: TableDesign,
        on connection: PostgresConnection
    ) async throws -> [String]? {
        let index: SQL = "\(id: table.schema, name)"
        let rows = try await connection.query(
            """
            select array_to_string(array_agg(a.attname order by k.place), ', ') as columns
            from pg_index i
            cross join lateral unnest(i.indkey) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where i.indexrelid = to_regclass(\(index.text))
                and i.indrelid = to_regclass(\(table.qualifiedName.text))
            """
        )
        return try rows.first?.optionalText("columns")?.split(separator: ", ").map(String.init)
    }
}
