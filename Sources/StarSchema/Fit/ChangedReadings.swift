import Ledger
import Pipelines
import Postgres
import Words

/// What a table's rows were made by beside what the definition says now, where rows that stay cannot follow: keys of
/// another dimension's members, the time that orders observations, what rows of a fact are found by (decision 83).
struct ChangedReadings {
    private let table: String
    private let pipeline: Pipeline
    private let connection: PostgresConnection

    /// - Parameters:
    ///   - table: The table of a dimension or fact.
    ///   - pipeline: The pipeline as it is defined now.
    ///   - connection: The one that makes the tables fit.
    init(of table: String, in pipeline: Pipeline, on connection: PostgresConnection) {
        self.table = table
        self.pipeline = pipeline
        self.connection = connection
    }

    // MARK: Times

    /// - Returns: what is wrong with the observations of a dimension that are there; `nil` when nothing is.
    func problem(ofTime column: String) async throws -> String? {
        guard let now else { return nil }
        let hasChanged = try await earlier()
            .contains { $0.definition.making(of: column) != now.making(of: column) }
        return hasChanged
            ? "its rows are ordered by `\(column)`, which is read otherwise than it was for them"
            : nil
    }

    /// The line of a refusal for columns whose values are what they were.
    func offer(for columns: [String]) -> String {
        let rows = PeriodKey(schema: pipeline.schema, table: table).isOfTable
        return
            "-- or, only if \(columns.inBackticks()) \(agreeing(columns.count, "has", "have")) the same values for "
            + "the same rows (nothing has to be loaded again then): "
            + ControlTable.definitionLoss(of: rows).written + ";"
    }

    // MARK: Dimensions

    /// - Returns: why rows of a dimension that stay would show members of another; `nil` when none would.
    func check(_ dimension: Dimension) async throws -> Misfit? {
        let earlier = try await earlier()
        guard !earlier.isEmpty else { return nil }
        let designs = dimension.designs(schema: pipeline.schema)
            .filter { $0.name != dimension.absenceTable }
        var differences: [(column: String, problem: String)] = []
        for reference in dimension.references {
            for design in designs where differences.last?.column != reference.column {
                let table = design.qualifiedName
                let found = try await problem(of: reference, since: earlier, in: table) { _ in
                    "true"
                }
                differences += found.map { [(reference.column, $0)] } ?? []
            }
        }
        guard !differences.isEmpty else { return nil }
        let drops = designs.flatMap { design in
            differences.map { dropping($0.column, from: design.qualifiedName) }
        }
        return Misfit(
            table: "\(pipeline.schema).\(table)",
            problems: differences.map(\.problem),
            statements: drops + [try await reload.ofWhole()]
        )
    }

    // MARK: Facts

    /// - Returns: why rows of a fact that stay would show members of another dimension, or not be found again; `nil` when
    ///   neither is so.
    func check(_ fact: Fact) async throws -> Misfit? {
        let earlier = try await earlier()
        guard !earlier.isEmpty else { return nil }
        var others: [Reference] = []
        var problems: [String] = []
        for reference in fact.references {
            let problem = try await problem(of: reference, since: earlier, in: name) {
                rows(of: fact, by: $0)
            }
            guard let problem else { continue }
            others.append(reference)
            problems.append(problem)
        }
        let grain = try await changedGrain(of: fact, since: earlier)
            .filter { !others.map(\.name).contains($0) }
        if !grain.isEmpty {
            problems.append(
                "its rows are identified by \(grain.inBackticks()), which \(agreeing(grain.count, "is", "are")) read "
                    + "otherwise than for those that are there: they would not be found again, and be there twice"
            )
        }
        let unknown = try await unknownGrain(of: fact, since: earlier)
        if !unknown.isEmpty {
            problems.append(
                "its rows are identified by \(unknown.inBackticks()), and some are of the unknown member, which does not tell "
                    + "whom it stands for: they would not be found again, and be there twice"
            )
        }
        guard !problems.isEmpty else { return nil }
        let isWhole =
            !grain.isEmpty || !unknown.isEmpty || others.contains { fact.grain.contains($0.name) }
        let loaded = try await LoadedPeriods(pipeline.schema, [table], on: connection).summary()
        problems[problems.count - 1] += ". It has to be loaded anew: \(loaded)"
        let drops =
            isWhole
            ? ["drop table \(name.written);"] : others.map { dropping($0.column, from: name) }
        return Misfit(
            table: "\(pipeline.schema).\(table)",
            problems: problems,
            statements: try await drops + again(fact, isWhole)
                + (others.isEmpty && unknown.isEmpty ? [offer(for: grain)] : [])
        )
    }

    private func again(_ fact: Fact, _ isWhole: Bool) async throws -> [String] {
        guard fact.periodColumn != nil else { return [try await reload.ofWhole()] }
        let reason = isWhole ? "\(table) was dropped" : "columns of \(table) were dropped"
        return [reload.mark([table], reason: reason), reload.ofMarked]
    }

    /// The names of the grain that are read otherwise than for rows that are there, and stay.
    private func changedGrain(of fact: Fact, since all: [Earlier]) async throws -> [String] {
        guard fact.loading != .replace, let now else { return [] }
        var changed: Set<String> = []
        for earlier in all {
            let differing = fact.grain
                .filter { earlier.definition.making(of: $0) != now.making(of: $0) }
            guard !changed.isSuperset(of: differing) else { continue }
            if try await exists(in: name, where: rows(of: fact, by: earlier.digest)) {
                changed.formUnion(differing)
            }
        }
        return fact.grain.filter(changed.contains)
    }

    /// The references of the grain for which rows are the unknown member that stay, and are looked for by it.
    private func unknownGrain(of fact: Fact, since all: [Earlier]) async throws -> [String] {
        guard fact.loading != .replace else { return [] }
        var found: [String] = []
        for reference in fact.references where fact.grain.contains(reference.name) {
            for earlier in all where earlier.definition.knowsUnknown(reference.name) {
                let isUnknown: SQL = """
                    t.\(id: reference.column) = \(UnknownMember.key) and \(rows(of: fact, by: earlier.digest))
                    """
                guard try await exists(in: name, where: isUnknown) else { continue }
                found.append(reference.name)
                break
            }
        }
        return found
    }

    /// The condition that rows `t` of a fact were written by tasks of a definition.
    private func rows(of fact: Fact, by digest: String) -> SQL {
        guard fact.periodColumn != nil else { return "true" }
        let period: SQL =
            fact.recordsLoadPeriod ? "coalesce(t.\(id: Fact.loadPeriod), t.period)" : "t.period"
        return """
            \(period) in (select c.period_start from longshore.control c
                where \(isLoaded) and c.table_definition = \(digest))
            """
    }

    // MARK: References

    private func problem(
        of reference: Reference,
        since all: [Earlier],
        in table: SQL,
        rows: (_ digest: String) -> SQL
    ) async throws -> String? {
        let wanted = "dim_\(reference.dimension)"
        for earlier in all {
            guard let before = earlier.definition.dimensionTable(of: reference.name),
                before != wanted
            else { continue }
            let holdsKeys: SQL = """
                t.\(id: reference.column) <> \(UnknownMember.key) and \(rows(earlier.digest))
                """
            guard try await !areCalendars(before, wanted),
                try await exists(in: table, where: holdsKeys)
            else { continue }
            return
                "its column `\(reference.column)` holds keys of `\(before)`, the definition says `\(wanted)`"
        }
        return nil
    }

    /// Whether both are calendars, whose keys are days: they mean the same in each.
    private func areCalendars(_ before: String, _ wanted: String) async throws -> Bool {
        let earlier = try await StoredDefinition.ofTable(
            table,
            in: pipeline.schema,
            on: connection
        )?
        .pipelineIfReadable
        return [(earlier ?? pipeline, before), (pipeline, wanted)]
            .allSatisfy { pipeline, table in
                pipeline.dimensions.contains { $0.table == table && $0.extract == nil }
            }
    }

    private func dropping(_ column: String, from table: SQL) -> String {
        ("alter table \(table) drop column \(id: column);" as SQL).written
    }

    private func exists(in table: SQL, where condition: SQL) async throws -> Bool {
        try await !connection.query("select from \(table) t where \(condition) limit 1").isEmpty
    }

    // MARK: Definitions

    /// A definition of before that rows follow from.
    private struct Earlier {
        let digest: String
        let definition: TableDefinition
    }

    private var name: SQL { "\(id: pipeline.schema, table)" }

    private var now: TableDefinition? { pipeline.tableDefinitions[table] }

    private var reload: Reload {
        Reload(
            schema: pipeline.schema,
            hasPeriods: pipeline.periods != nil,
            connection: connection
        )
    }

    private var isLoaded: SQL {
        "\(PeriodKey(schema: pipeline.schema, table: table).isOfTable) and c.loaded_by is not null"
    }

    /// What loaded periods follow from that do not follow from the definition of now, under its names.
    private func earlier() async throws -> [Earlier] {
        guard let now else { return [] }
        let rows = try await connection.query(
            """
            select digest, parts from longshore.table_definition where digest <> \(now.digest) and digest in (
                select c.table_definition from longshore.control c where \(isLoaded))
            order by digest
            """
        )
        guard !rows.isEmpty else { return [] }
        let columns = try await TableColumns.read(of: name, on: connection)
        return try rows.compactMap { row in
            guard let older = try TableDefinitionStore.read(row.text("parts")) else { return nil }
            return Earlier(
                digest: try row.text("digest"),
                definition: now.renaming(older, in: Set(columns.keys))
            )
        }
    }
}
