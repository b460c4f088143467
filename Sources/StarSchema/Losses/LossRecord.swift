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
        try await noteDeletions()
        try await noteObservations()
        let slices = losses.slices
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

    /// What is marked is not looked for again; workers' key maps hold members that are gone.
    private func noteDeletions() async throws {
        for (table, count) in losses.deletionCounts.sorted(by: { $0.key < $1.key }) {
            try await control.noteDeletions(count, from: pipeline.key(of: table))
        }
    }

    /// What was counted is not counted again before Postgres counts another deletion.
    private func noteObservations() async throws {
        for look in losses.observations {
            try await control.noteObservations(
                look.count,
                deletions: look.deletions,
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

    /// Lets the surrogate keys of dimensions that were made anew begin above all that facts hold: until
    /// these are loaded again, none of their rows must find another member.
    func reserveKeys() async throws {
        for lost in losses.dimensions {
            guard case .extract = lost.dimension.content else { continue }
            let highest = try await highestKey(of: lost.dimension)
            guard highest > 0 else { continue }
            let table: SQL = "\(id: pipeline.schema, lost.dimension.table)"
            try await connection.query(
                """
                select setval(sequence, greatest(\(highest)::bigint,
                    (select last_value from pg_sequences
                        where format('%I.%I', schemaname, sequencename)::regclass = sequence)))
                from (select pg_get_serial_sequence(\(table.text),
                    \(lost.dimension.surrogateKey))::regclass as sequence) s
                """
            )
        }
    }

    private func highestKey(of dimension: Dimension) async throws -> Int64 {
        var highest: Int64 = 0
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
