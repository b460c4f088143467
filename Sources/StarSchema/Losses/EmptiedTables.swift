import Ledger
import Pipelines
import Planning
import Postgres

/// Looks for facts and marts that the control table says have rows, and that somebody has emptied.
///
/// It looks for one row in each of them, many in a statement.
struct EmptiedTables {
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// How many tables one statement looks into.
    private static let batch = 200

    /// A slice that is to have rows.
    private struct Entry {
        let slice: Losses.Slice
        let relation: SQL
        let start: String?
    }

    /// What was loaded, and has no row any more.
    func slices() async throws -> [Losses.Slice] {
        let entries = try await entries()
        let marts = entries.filter { $0.start != nil && $0.slice.kind == .mart }
        let others = entries.filter { $0.start == nil || $0.slice.kind != .mart }
        var empty: [Losses.Slice] = []
        for start in stride(from: 0, to: others.count, by: Self.batch) {
            empty += try await emptyTables(
                Array(others[start..<min(start + Self.batch, others.count)])
            )
        }
        for (relation, entries) in Dictionary(grouping: marts, by: \.relation) {
            empty += try await emptyPeriods(of: relation, entries)
        }
        return empty.sorted { ($0.table, $0.period) < ($1.table, $1.period) }
    }

    private func entries() async throws -> [Entry] {
        let rows = try await connection.query(
            """
            with partition as materialized (
                \(PartitionBounds.query(of: pipeline.facts.map(\.table), in: pipeline.schema)))
            select c.kind, c.table_name, c.period, c.state, c.period_start::text as start,
                coalesce(p.relation, format('%I.%I', n.nspname, t.relname)) as relation
            from longshore.control c
            join pg_namespace n on n.nspname = c.schema_name
            join pg_class t on t.relnamespace = n.oid and t.relname = c.table_name::name
            left join partition p on p.parent = t.oid
                and p.bounds = \(PartitionBounds.from("c.period_start", to: "c.period_end"))
            where (t.relkind = 'r' or p.oid is not null) and c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name)
                and c.loaded_by is not null and c.rows_loaded > 0
                and c.kind in (\([LoadTaskKind.fact, .mart])) and c.state in (\([PeriodState.loaded, .closed]))
            """
        )
        return try rows.compactMap { row in
            let slice = Losses.Slice(
                kind: try row.word("kind"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.word("state"),
                reason: "its rows are gone",
                isGone: true,
                isEmptied: true
            )
            guard isKnown(slice) else { return nil }
            return Entry(
                slice: slice,
                relation: SQL(raw: try row.text("relation")),
                start: try row.optionalText("start")
            )
        }
    }

    /// The name of a fact's partition, from a row `c` of the control table.
    static let leafSQL: SQL = """
        c.table_name || '_' || lower(replace(c.period, '-', case
            when c.period ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then '' else '_' end))
        """

    private func isKnown(_ slice: Losses.Slice) -> Bool {
        slice.kind == .mart
            ? pipeline.marts.contains {
                $0.table == slice.table && $0.isPerPeriod != slice.period.isEmpty
            }
            : pipeline.facts.contains {
                $0.table == slice.table && ($0.periodColumn == nil) == slice.period.isEmpty
            }
    }

    private func emptyTables(_ entries: [Entry]) async throws -> [Losses.Slice] {
        let probes = entries.enumerated()
            .map { "select \($0) as place where not exists (select from \($1.relation))" as SQL }
        let rows = try await connection.query(probes.joined(separator: " union all "))
        return try rows.map { entries[try $0.integer("place")].slice }
    }

    private func emptyPeriods(
        of relation: SQL,
        _ entries: [Entry]
    ) async throws -> [Losses.Slice] {
        let rows = try await connection.query(
            """
            select start::text as start from unnest(\(entries.compactMap(\.start))::text[]::date[]) start
            except select distinct period::text from \(relation)
            """
        )
        let empty = try Set(rows.map { try $0.text("start") })
        return entries.filter { $0.start.map(empty.contains) ?? false }.map(\.slice)
    }
}
