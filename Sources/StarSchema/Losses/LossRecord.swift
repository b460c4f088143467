import Ledger
import Pipelines
import Planning
import Postgres

/// Writes ``Losses`` down when a load is created, before its tables are made anew.
struct LossRecord {
    let losses: Losses
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Marks what is not there, or refers to what is not there, as stale; closed periods are stale when
    /// they are opened again.
    ///
    /// Loads that run now were created before: they may hold keys that are gone, so they do not clear
    /// the mark. The load that is being created has a greater number.
    func mark() async throws {
        try await markDimensions()
        let slices = losses.slices.filter { !$0.lacksColumns }
        guard !slices.isEmpty else { return }
        try await control.markStale(
            """
            c.schema_name = \(pipeline.schema) and c.table_name = t.table_name and c.period = t.period
                and c.state in (\([PeriodState.loaded, .stale, .closed]))
            """,
            from: """
                unnest(\(slices.map(\.table))::text[], \(slices.map(\.period))::text[],
                    \(slices.map(\.reason))::text[]) t(table_name, period, reason)
                """,
            because: "t.reason",
            by: ControlTable.newestLoad
        )
    }

    private var control: ControlTable { ControlTable(connection) }

    /// What was counted is not counted again before Postgres tells of another write, and what is marked is not looked for
    /// again.
    ///
    /// It is noted when the tables are made and fit: an attempt that is about to commit waits for the row that is written here,
    /// and has locked a table.
    func note() async throws {
        try await noteMembers()
        try await noteObservations()
    }

    private func noteMembers() async throws {
        for look in losses.members {
            try await control.noteMembers(
                look.count,
                areOthers: look.areOthers,
                seen: look.seen,
                of: pipeline.key(of: look.dimension.table)
            )
        }
    }

    private func noteObservations() async throws {
        for look in losses.observations {
            try await control.noteObservations(
                look.count,
                seen: look.seen,
                of: pipeline.key(of: look.dimension.table)
            )
        }
    }

    /// The key maps that workers have of them are of another table.
    private func markDimensions() async throws {
        guard !losses.dimensions.isEmpty else { return }
        try await control.markGone(
            losses.dimensions.map { ($0.dimension.table, $0.reason) },
            in: pipeline.schema
        )
    }

    /// Lets the surrogate keys of dimensions that were made anew, or have other rows than loads have given them, begin
    /// above all that they and facts hold: until these are loaded again, none of their rows must find another member.
    func reserveKeys() async throws {
        let others = losses.members.filter(\.areOthers).map(\.dimension)
        for dimension in losses.dimensions.map(\.dimension) + others {
            guard case .extract = dimension.content else { continue }
            let highest = try await highestKey(of: dimension)
            guard highest > 0 else { continue }
            let table: SQL = "\(id: pipeline.schema, dimension.table)"
            try await connection.query(
                """
                select setval(sequence, greatest(\(highest)::bigint,
                    (select last_value from pg_sequences
                        where format('%I.%I', schemaname, sequencename)::regclass = sequence)))
                from (select pg_get_serial_sequence(\(table.text),
                    \(dimension.surrogateKey))::regclass as sequence) s
                """
            )
        }
    }

    private func highestKey(of dimension: Dimension) async throws -> Int64 {
        let members: SQL = "\(id: pipeline.schema, dimension.table)"
        let known = try await connection.query(
            "select max(\(id: dimension.surrogateKey)) as key from \(members)"
        )
        var highest = try known.first?.optionalInteger("key", as: Int64.self) ?? 0
        for fact in pipeline.facts {
            let table: SQL = "\(id: pipeline.schema, fact.table)"
            let columns = try await TableColumns.read(of: table, on: connection)
            for reference in fact.references
            where reference.dimension == dimension.name && columns[reference.column] != nil {
                let rows = try await connection.query(
                    "select max(\(id: reference.column)) as key from \(table)"
                )
                let key = try rows.first?.optionalInteger("key", as: Int64.self)
                highest = max(highest, key ?? 0)
            }
        }
        return highest
    }
}
