import Ledger
package import Pipelines
package import Postgres
import Rows

/// A dimension beside what it was when its table was last merged.
///
/// Observations are kept whole, so that a column whose `scd` changed is computed anew from them. What
/// they do not tell is refused: since when the rows hold that were loaded without `effective`, or the
/// versions of a table that had none.
package struct ChangedDimension {
    private let dimension: Dimension
    private let pipeline: Pipeline
    private let connection: PostgresConnection

    package init(_ dimension: Dimension, of pipeline: Pipeline, on connection: PostgresConnection) {
        self.dimension = dimension
        self.pipeline = pipeline
        self.connection = connection
    }

    private var table: SQL { "\(id: pipeline.schema, dimension.table)" }

    /// Whether every member has to be computed anew, not only those that the source tells something
    /// new of.
    package func needsRebuild() async throws -> Bool {
        guard dimension.keepsObservations, let earlier = try await previous(),
            let before = earlier.dimension(dimension.name)
        else { return false }
        guard before.keepsAbsences == dimension.keepsAbsences else { return true }
        guard before.changes != dimension.changes else { return false }
        let columns = try await TableColumns.read(of: table, on: connection)
        let names = namesGiven(since: earlier, to: columns)
        return before.changes.contains { column, change in
            dimension.changes[names[column] ?? column].map { $0 != change } ?? false
        }
    }

    /// Refuses a change that only a new load of everything can follow; an empty table follows any.
    ///
    /// - Returns: what changed, what rests on it, and what would do it.
    func check(altersTables: Bool) async throws -> Misfit? {
        guard let earlier = try await previous(), let before = earlier.dimension(dimension.name)
        else { return nil }
        guard try await hasMembers() else {
            if altersTables { try await reshape(from: before) }
            return nil
        }
        let columns = try await TableColumns.read(of: table, on: connection)
        let given = namesGiven(since: earlier, to: columns)
        let problems = problems(since: before, of: earlier, given)
        guard !problems.isEmpty else { return try await checkTime() }
        let names = given.merging(namesToGive(since: earlier, to: columns)) { $1 }
        guard self.problems(since: before, of: earlier, names).isEmpty else {
            return try await refusal(problems)
        }
        return try await refusal(problems, besides: [renaming(before, by: names)])
    }

    /// Refuses a time that is read otherwise: what was observed stands at the time as it was read then.
    private func checkTime() async throws -> Misfit? {
        let readings = ChangedReadings(of: dimension.table, in: pipeline, on: connection)
        guard let time = dimension.effective,
            let problem = try await readings.problem(ofTime: time)
        else { return nil }
        return try await refusal([problem], besides: [readings.offer(for: [time])])
    }

    /// What only a new load of everything can follow, where columns of before have other `names`.
    private func problems(
        since before: Dimension,
        of earlier: Pipeline,
        _ names: [String: String]
    ) -> [String] {
        var problems: [String] = []
        if Set(before.key.map { names[$0] ?? $0 }) != Set(dimension.key) {
            problems.append(
                "its rows are identified by (\(before.key.joined(separator: ", "))), "
                    + "the definition says (\(dimension.key.joined(separator: ", ")))"
            )
        }
        if before.isVersioned != dimension.isVersioned {
            problems.append(
                before.isVersioned
                    ? "it has versions, the definition has no `scd: 2`"
                    : "it has no versions, the definition has `scd: 2`"
            )
        }
        if before.effective.map({ names[$0] ?? $0 }) != dimension.effective {
            problems.append(
                "its rows are ordered by \(time(before)), the definition says \(time(dimension))"
            )
        }
        if before.isOrderedByDays, dimension.isOrderedByDays, earlier.zone != pipeline.zone {
            problems.append(
                "its versions begin with the days of `\(earlier.zone)`, the definition says `zone: "
                    + "\(pipeline.zone)`"
            )
        }
        return problems
    }

    private func hasAnotherKey(than before: Dimension) -> Bool {
        Set(before.key) != Set(dimension.key)
    }

    private func time(_ dimension: Dimension) -> String {
        dimension.effective.map { "`effective: \($0)`" }
            ?? "the time of their load (no `effective`)"
    }

    /// The pipeline as it was defined in the load that merged the dimension last.
    func previous() async throws -> Pipeline? {
        try await StoredDefinition.ofTable(
            dimension.table,
            in: pipeline.schema,
            on: connection
        )?
        .pipelineIfReadable
    }

    private func hasMembers() async throws -> Bool {
        guard try await isThere() else { return false }
        return try await
            !connection.query(
                """
                select from \(table) where \(id: dimension.surrogateKey) <> \(UnknownMember.key)
                limit 1
                """
            )
            .isEmpty
    }

    private func isThere() async throws -> Bool {
        try await !connection.query("select from pg_class where oid = to_regclass(\(table.text))")
            .isEmpty
    }

    // MARK: Names

    private var design: TableDesign { dimension.design(schema: pipeline.schema) }

    /// What columns are called that somebody has given another name since: the table has `columns`.
    private func namesGiven(
        since earlier: Pipeline,
        to columns: [String: String]
    ) -> [String: String] {
        let before = (earlier.dimension(dimension.name)?.sourceColumns ?? [])
            .map { ($0.name, $0.type) }
        let known = Set(before.map { $0.0 })
        return names(
            of: Dictionary(before) { $1 }.filter { columns[$0.key] == nil },
            since: earlier
        ) { columns[$0] != nil && !known.contains($0) }
    }

    /// What columns of the table may be called in the definition, which has them no more.
    private func namesToGive(
        since earlier: Pipeline,
        to columns: [String: String]
    ) -> [String: String] {
        names(of: RenamedColumns.lost(from: columns, design), since: earlier) { columns[$0] == nil }
    }

    private func names(
        of lost: [String: String],
        since earlier: Pipeline,
        among isNew: (String) -> Bool
    ) -> [String: String] {
        RenamedColumns(
            lost: lost,
            new: design.columns.filter { $0.role != .own && isNew($0.name) },
            now: ColumnOrigins(of: dimension.table, in: pipeline),
            before: ColumnOrigins(of: dimension.table, in: earlier)
        )
        .names
    }

    /// Gives the key's columns and that of its time their names of now, in all tables of the dimension.
    ///
    /// Facts and other dimensions hold surrogate keys; indexes and constraints follow their columns.
    private func renaming(_ before: Dimension, by names: [String: String]) async throws -> String {
        let time = [before.effective].compactMap(\.self).filter { !before.key.contains($0) }
        let pairs = (before.key + time)
            .compactMap { old in names[old].map { (old: old, new: $0) } }
        var statements: [SQL] = []
        for design in dimension.allDesigns(schema: pipeline.schema) {
            let columns = try await TableColumns.read(of: design.qualifiedName, on: connection)
            for (old, new) in pairs where columns[old] != nil && columns[new] == nil {
                statements.append(try await design.renaming(old, to: new, on: connection))
            }
        }
        let kept = "the members, their history and the keys of facts stay then"
        return RenamedColumns.offer(of: pairs, kept, statements)
    }

    // MARK: Empty tables

    /// Gives a table that was emptied the columns of versions, or takes them away, and makes way for
    /// another key.
    ///
    /// It is not made anew: its surrogate keys go on, so that no fact points to another member
    /// meanwhile.
    private func reshape(from before: Dimension) async throws {
        let hasAnotherKey = hasAnotherKey(than: before)
        guard before.isVersioned != dimension.isVersioned || hasAnotherKey, try await isThere()
        else { return }
        let constraints = VersionConstraints.names(of: dimension)
            .map { "drop constraint if exists \(id: $0)" as SQL }
        let columns = Dimension.validity.map { column -> SQL in
            dimension.isVersioned
                ? "add column if not exists \(column.sql)"
                : "drop column if exists \(id: column.name)"
        }
        let lost = hasAnotherKey ? lostColumns(of: before) : []
        let changes = constraints + (before.isVersioned != dimension.isVersioned ? columns : [])
        let indexes = ["_key", "_version", "_current"]
            .map { "\(id: pipeline.schema, dimension.table + $0)" as SQL }
        try await LockPatience(connection)
            .run(
                "alter table \(table) \((changes + lost).joined(separator: ", "))",
                "drop index if exists \(indexes.joined(separator: ", "))",
                on: table
            )
        guard hasAnotherKey else { return }
        for table in try await kept() where try await isEmpty(table) {
            try await LockPatience(connection).run("drop table \(table)", on: table)
        }
    }

    /// Those that the definition has no more, or with another type: there is nothing in them to lose.
    private func lostColumns(of before: Dimension) -> [SQL] {
        let wanted = Set(dimension.sourceColumns.map { [$0.name, $0.type] })
        return before.sourceColumns.filter { !wanted.contains([$0.name, $0.type]) }
            .map { "drop column if exists \(id: $0.name)" }
    }

    private func isEmpty(_ table: SQL) async throws -> Bool {
        try await connection.query("select from \(table) limit 1").isEmpty
    }

    // MARK: Refusals

    /// Whatever holds keys of the members has to be loaded anew with them: the dimensions that
    /// reference it, whose versions keep such keys too, and the facts of all of these.
    private func refusal(
        _ problems: [String],
        besides offers: [String] = []
    ) async throws -> Misfit {
        let dimensions = pipeline.dependents(of: dimension)
        let facts = pipeline.facts.filter { fact in
            fact.references.contains { reference in
                dimensions.contains { $0.name == reference.dimension }
            }
        }
        let tables = try await existing(
            dimensions.flatMap { [$0.table, $0.observationTable, $0.absenceTable] }
        )
        let reload = Reload(
            schema: pipeline.schema,
            hasPeriods: pipeline.periods != nil,
            connection: connection
        )
        let loaded = try await LoadedPeriods(
            pipeline.schema,
            dimensions.dropFirst().map(\.table) + facts.map(\.table),
            on: connection
        )
        .summary()
        let rest = loaded.isEmpty ? "" : ". It has to be loaded anew, and with it \(loaded)"
        let mark = reload.mark(facts.map(\.table), reason: "\(dimension.table) was emptied")
        return Misfit(
            table: "\(pipeline.schema).\(dimension.table)",
            problems: [problems.joined(separator: "; ") + rest],
            statements: ["truncate \(tables.joined(separator: ", ").written);"]
                + (facts.isEmpty ? [] : [mark])
                + [
                    facts.contains { $0.periodColumn != nil }
                        ? reload.ofMarked : try await reload.ofWhole()
                ] + offers
        )
    }

    /// The tables of observations and absences that exist.
    private func kept() async throws -> [SQL] {
        try await existing([dimension.observationTable, dimension.absenceTable])
    }

    /// Those that exist of these tables, quoted, by name.
    private func existing(_ tables: [String]) async throws -> [SQL] {
        let names = tables.map { ("\(id: pipeline.schema, $0)" as SQL).written }
        let rows = try await connection.query(
            """
            select name from unnest(\(names)::text[]) name where to_regclass(name) is not null
            order by name
            """
        )
        return try rows.map { SQL(raw: try $0.text("name")) }
    }
}

extension Dimension {
    /// Whether rows say by a date since when they hold.
    fileprivate var isOrderedByDays: Bool {
        attributes.contains { $0.name == effective && $0.plan.type.postgresName == "date" }
    }

    /// What a changed value does, by column.
    fileprivate var changes: [String: ChangeType] {
        Dictionary(sourceColumns.map { ($0.name, $0.change) }) { first, _ in first }
    }
}
