import Ledger
package import Pipelines
import Planning
package import Postgres

/// Looks for ``Losses``, without changing anything.
package struct LossSurvey {
    let pipeline: Pipeline
    let connection: PostgresConnection

    package init(pipeline: Pipeline, connection: PostgresConnection) {
        self.pipeline = pipeline
        self.connection = connection
    }

    /// Refuses code of others that is tied to the tables, which reading them would run, and surveys them.
    ///
    /// - Throws: ``StarSchemaError`` that names such code.
    package func run() async throws -> Losses {
        try await ForeignCode(pipeline: pipeline, connection: connection).refuse()
        return try await losses()
    }

    /// What is lost of the pipeline's tables, to which nobody has tied code.
    func losses() async throws -> Losses {
        var losses = Losses()
        let rows = try await missing()
        losses.dimensions = try await lostDimensions(rows)
        losses.slices = rows.compactMap(slice)
        losses.slices += try await EmptiedTables(pipeline: pipeline, connection: connection)
            .slices()
            .filter { losses.slice($0.table, $0.period) == nil }
        try await DroppedColumns(pipeline: pipeline, connection: connection).add(to: &losses)
        losses.slices += try await reached(from: losses.slices)
        losses.slices += try await referring(to: losses.dimensions, beside: losses.slices)
        try await DeletedMembers(pipeline: pipeline, connection: connection).add(to: &losses)
        losses.forgotten = try await forgotten(losses)
        losses.observations = try await observations()
        return losses
    }

    // MARK: Tables and partitions

    /// A row of the control table, and what the catalog has of it.
    private struct Entry {
        let kind: LoadTaskKind
        let name: String
        let table: String
        let period: String
        let state: PeriodState
        let hasRows: Bool
        let hasTable: Bool
        let leaf: String
        /// Whether a table has the name of its partition, and is none of the fact's.
        let hasLeaf: Bool
    }

    /// What was loaded and is not there, and all dimensions that were loaded.
    private func missing() async throws -> [Entry] {
        let rows = try await connection.query(
            """
            with partition as materialized (
                \(PartitionBounds.query(of: pipeline.facts.map(\.table), in: pipeline.schema)))
            select c.kind, c.name, c.table_name, c.period, c.state,
                coalesce(c.rows_loaded, 0) > 0 as has_rows, t.oid is not null as has_table,
                e.leaf, l.oid is not null as has_leaf
            from longshore.control c
            cross join lateral (select \(EmptiedTables.leafSQL) as leaf) e
            left join pg_namespace n on n.nspname = c.schema_name
            left join pg_class t on t.relnamespace = n.oid and t.relname = c.table_name
                and t.relkind in ('r', 'p')
            left join pg_class l on c.kind = \(LoadTaskKind.fact) and c.period <> '' and l.relnamespace = n.oid
                and l.relname = e.leaf::name and l.relkind = 'r'
                and not exists (select from partition where parent = t.oid and oid = l.oid)
            left join partition p on p.parent = t.oid
                and p.bounds = \(PartitionBounds.from("c.period_start", to: "c.period_end"))
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name) and c.loaded_by is not null
                and (c.kind = \(LoadTaskKind.dimension) or t.oid is null
                    or t.relkind = 'p' and c.period <> '' and p.oid is null)
            order by c.kind, c.table_name, c.period
            """
        )
        return try rows.map { row in
            Entry(
                kind: try row.word("kind"),
                name: try row.text("name"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.word("state"),
                hasRows: try row.boolean("has_rows"),
                hasTable: try row.boolean("has_table"),
                leaf: try row.text("leaf"),
                hasLeaf: try row.boolean("has_leaf")
            )
        }
    }

    /// A fact's period, a whole fact or a mart that is not there.
    private func slice(_ entry: Entry) -> Losses.Slice? {
        switch entry.kind {
        case .dimension: return nil
        case .fact:
            guard let fact = pipeline.fact(entry.name),
                (fact.periodColumn == nil) == entry.period.isEmpty
            else { return nil }
        case .mart: guard pipeline.mart(entry.name) != nil else { return nil }
        case .export, .delivery: return nil
        }
        let isDetached = entry.hasTable && entry.hasLeaf
        let reason =
            entry.hasTable
            ? "its partition `\(entry.leaf)` is \(isDetached ? "detached" : "gone")"
            : "its table is gone"
        return Losses.Slice(
            kind: entry.kind,
            table: entry.table,
            period: entry.period,
            state: entry.state,
            reason: reason,
            isGone: true,
            isDetached: isDetached
        )
    }

    // MARK: Dimensions

    private func lostDimensions(_ entries: [Entry]) async throws -> [Losses.LostDimension] {
        var lost: [Losses.LostDimension] = []
        for entry in entries where entry.kind == .dimension {
            guard let dimension = pipeline.dimension(entry.name) else { continue }
            if !entry.hasTable {
                lost.append(Losses.LostDimension(dimension: dimension, hasNoTable: true))
            } else if entry.hasRows, try await isEmpty(dimension) {
                lost.append(Losses.LostDimension(dimension: dimension, hasNoTable: false))
            }
        }
        for index in lost.indices where lost[index].dimension.keepsObservations {
            lost[index].isKept = try await hasRows(lost[index].dimension.observationTable)
        }
        return lost
    }

    /// Dimensions whose rows are there, and not what their history is computed from.
    private func forgotten(_ losses: Losses) async throws -> [Dimension] {
        var forgotten: [Dimension] = []
        for dimension in pipeline.dimensions
        where dimension.keepsObservations && !losses.lacksPlaces(dimension)
            && !losses.dimensions.contains(where: { $0.dimension == dimension })
        {
            let misfits = try await LossRefusal(
                losses: Losses(),
                pipeline: pipeline,
                connection: connection
            )
            .history(of: dimension)
            if !misfits.isEmpty { forgotten.append(dimension) }
        }
        return forgotten
    }

    /// Looks at what histories are computed from, where it is there.
    private func observations() async throws -> [DeletedObservations.Look] {
        let survey = DeletedObservations(pipeline: pipeline, connection: connection)
        var looks: [DeletedObservations.Look] = []
        for dimension in pipeline.dimensions where dimension.keepsObservations {
            guard try await hasRows(dimension.observationTable),
                let look = try await survey.look(at: dimension)
            else { continue }
            looks.append(look)
        }
        return looks
    }

    /// Whether a dimension, of which the table is there, has no member but the unknown one.
    private func isEmpty(_ dimension: Dimension) async throws -> Bool {
        let table: SQL = "\(id: pipeline.schema, dimension.table)"
        let columns = try await TableColumns.read(of: table, on: connection)
        let isMember: SQL =
            columns[dimension.surrogateKey] == nil
            ? "true" : "\(id: dimension.surrogateKey) <> \(UnknownMember.key)"
        return try await connection.query("select from \(table) where \(isMember) limit 1").isEmpty
    }

    /// Whether a table is there and has rows.
    private func hasRows(_ name: String) async throws -> Bool {
        let table: SQL = "\(id: pipeline.schema, name)"
        let isThere = try await connection.query(
            "select to_regclass(\(table.text)) is not null as found"
        )
        guard try isThere.first?.boolean("found") == true else { return false }
        return try await !connection.query("select from \(table) limit 1").isEmpty
    }

    // MARK: What goes with it

    /// Periods whose tasks may have written rows into a partition that is gone: where rows are merged,
    /// they come from later periods, or from any.
    private func reached(from lost: [Losses.Slice]) async throws -> [Losses.Slice] {
        var reached: [Losses.Slice] = []
        for fact in pipeline.facts where fact.reachesBack {
            let gone = lost.filter { $0.table == fact.table && $0.isGone }
            guard let first = gone.map(\.period).min() else { continue }
            let others = try await loaded(fact.table)
                .filter { other in
                    (fact.reachesAhead || other.period > first)
                        && !gone.contains { $0.period == other.period }
                }
            reached += others.map { other in
                Losses.Slice(
                    kind: .fact,
                    table: fact.table,
                    period: other.period,
                    state: other.state,
                    reason: "rows that it has brought to \(first) are gone",
                    isGone: false
                )
            }
        }
        return reached
    }

    /// Periods of facts whose rows refer to members that are gone.
    private func referring(
        to dimensions: [Losses.LostDimension],
        beside known: [Losses.Slice]
    ) async throws -> [Losses.Slice] {
        var referring: [Losses.Slice] = []
        for fact in pipeline.facts {
            guard let lost = dimensions.first(where: fact.losesKeys) else { continue }
            let others = try await loaded(fact.table)
                .filter { other in
                    !known.contains { $0.table == fact.table && $0.period == other.period }
                }
            referring += others.map { other in
                Losses.Slice(
                    kind: .fact,
                    table: fact.table,
                    period: other.period,
                    state: other.state,
                    reason: lost.reasonForFacts,
                    isGone: false
                )
            }
        }
        return referring
    }

    private func loaded(_ table: String) async throws -> [(period: String, state: PeriodState)] {
        let rows = try await connection.query(
            """
            select period, state from longshore.control
            where \(pipeline.key(of: table).isOfTable) and loaded_by is not null order by period
            """
        )
        return try rows.map { (try $0.text("period"), try $0.word("state")) }
    }
}

extension Fact {
    /// Whether its rows refer to members that are gone and get other keys when they come back.
    ///
    /// The key of a day is the day itself, so a calendar that is filled again has the same; but for days
    /// beyond it, which only facts know.
    func losesKeys(to lost: Losses.LostDimension) -> Bool {
        let references = references.filter { $0.dimension == lost.dimension.name }
        guard case .calendar = lost.dimension.content else { return !references.isEmpty }
        return references.contains { $0.missing == .infer }
    }
}
