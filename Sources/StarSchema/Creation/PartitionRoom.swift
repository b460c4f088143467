import Pipelines
import Postgres

/// Whether the partitions of a fact's periods that have none can be made.
struct PartitionRoom {
    let fact: Fact
    let schema: String
    /// Those that are to be loaded.
    let periods: [Period]
    let connection: PostgresConnection

    /// - Throws: ``StarSchemaError`` where something else has their names, or their rows lie in a default partition.
    func check() async throws {
        try await refuseOccupied()
        try await refuseStrayRows()
    }

    /// The tables of the query that both looks ask: `partition`, and `wanted`, the periods without one.
    private var tables: SQL {
        """
        with partition as materialized (\(PartitionBounds.query(of: [fact.table], in: schema))),
        wanted as (
            select * from unnest(\(periods.map(\.label))::text[], \(periods.map(fact.leaf))::text[],
                \(periods.map(\.start.description))::text[]::date[],
                \(periods.map(\.end.description))::text[]::date[]) p (label, leaf, start, finish)
            where not exists (select from partition
                where bounds = \(PartitionBounds.from("start", to: "finish"))))
        """
    }

    private func refuseOccupied() async throws {
        let rows = try await connection.query(
            """
            \(tables)
            select format('%s.%s', n.nspname, c.relname) as name
            from wanted join pg_class c on c.relname = leaf::name
            join pg_namespace n on n.oid = c.relnamespace and n.nspname = \(schema)
            order by c.relname
            """
        )
        guard !rows.isEmpty else { return }
        throw StarSchemaError.occupied(
            try rows.map { try $0.text("name") },
            of: "\(schema).\(fact.table)"
        )
    }

    /// Postgres makes no partition beside a default one that has rows of it.
    private func refuseStrayRows() async throws {
        let found = try await connection.query(
            "\(tables) select relation from partition where bounds = \(PartitionBounds.others)"
        )
        guard let relation = try found.first?.text("relation") else { return }
        let rows = try await connection.query(
            """
            \(tables)
            select label, count(*) as n from wanted join \(SQL(raw: relation)) r
                on r.period >= start and r.period < finish
            group by label order by label
            """
        )
        guard !rows.isEmpty else { return }
        let count = try rows.reduce(0) { $0 + (try $1.integer("n", as: Int.self)) }
        let labels = try Set(rows.map { try $0.text("label") })
        throw StarSchemaError.strayRows(
            count,
            of: periods.filter { labels.contains($0.label) }.sorted(),
            in: SQL(raw: relation),
            of: "\(schema).\(fact.table)",
            "\(id: schema, fact.table)"
        )
    }
}
