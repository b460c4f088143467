import Ledger
import Pipelines
import Planning
import Postgres

/// Periods of a fact that a task of another period has merged rows into: what the control table says of
/// them and of their marts.
///
/// Such a period holds rows, so it is not pending, whether anybody ever asked for it or not. Where one
/// input has the rows of all periods, it is loaded by that. Otherwise its own source is still to be read,
/// and it is stale.
struct MergedPeriods {
    private let periods: [Period]
    private let fact: Fact
    private let attempt: Attempt

    init(_ periods: [Period], _ fact: Fact, _ attempt: Attempt) {
        self.periods = periods
        self.fact = fact
        self.attempt = attempt
    }

    private var schema: String { attempt.row.schema }
    private var load: Int64 { attempt.task.load }
    private var labels: [String] { periods.map(\.label) }
    /// What has brought the rows, in words.
    private var origin: String { "with \(attempt.row.period) (load \(attempt.task.load))" }

    /// Puts those into the control table that are not there yet.
    func register() async throws {
        try await register([(fact.table, LoadTaskKind.fact, fact.name)])
    }

    /// Says how many rows there are now, and which marts are older than they are.
    func record(rows: Int) async throws {
        try await recordRows(rows)
        try await markMarts()
    }

    private func register(
        _ tables: [(table: String, kind: LoadTaskKind, name: String)]
    ) async throws {
        guard !periods.isEmpty, !tables.isEmpty else { return }
        try await attempt.connection.query(
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                period_start, period_end)
            select \(schema), table_name, period, \(attempt.pipeline.name), kind, name,
                start::date, finish::date
            from unnest(\(labels)::text[], \(periods.map(\.start.description))::text[],
                \(periods.map(\.end.description))::text[]) p(period, start, finish)
            cross join unnest(\(tables.map(\.table))::text[], \(tables.map(\.kind.rawValue))::text[],
                \(tables.map(\.name))::text[]) t(table_name, kind, name)
            order by table_name, period
            on conflict (schema_name, table_name, period) do nothing
            """
        )
    }

    /// Says how many rows there are, and that no period that has some is pending.
    ///
    /// A period that was pending is loaded by an input that has the rows of all periods, unless a load
    /// that runs has it: that one's own task will say so. A replay reads a part of the input only.
    private func recordRows(_ rows: Int) async throws {
        let isWhole = fact.reachesAhead && !attempt.row.isReplay
        let reason = "rows came \(origin); its own source is still to be read"
        try await attempt.connection.query(
            """
            with merged as (
                select c.ctid as place, c.state = 'pending' as was_pending,
                    \(isWhole) and c.state = 'pending' and not exists (select from longshore.load l
                        where l.id = c.claimed_by and l.state = 'running') as is_whole
                from longshore.control c
                where c.schema_name = \(schema) and c.table_name = \(fact.table)
                    and c.period = any(\(labels)::text[])
            )
            update longshore.control c
            set rows_loaded = \(rows), revision = revision + 1,
                state = case when is_whole then 'loaded' when was_pending then 'stale' else state end,
                reason = case when is_whole then null when was_pending then \(reason) else reason end,
                loaded_by = case when is_whole then \(load) else loaded_by end,
                loaded_at = case when is_whole then clock_timestamp() else loaded_at end
            from merged where c.ctid = place
            """
        )
    }

    /// Marks the marts that are older than the rows.
    ///
    /// Marts of the same load are computed after this task. A replay claims nothing: its tasks tell.
    ///
    /// A mart that was never computed stays pending, and says why it is due.
    private func markMarts() async throws {
        let marts = attempt.pipeline.marts.filter { mart in
            mart.isPerPeriod && attempt.pipeline.tables(behind: mart).contains(fact.table)
        }
        try await register(marts.map { ($0.table, .mart, $0.name) })
        let isLeftOut: SQL =
            attempt.row.isReplay
            ? """
            not exists (select from longshore.task t where t.load_id = \(load) and t.period = c.period
                and t.schema_name = \(schema) and t.table_name = c.table_name)
            """ : "claimed_by is distinct from \(load)"
        let reason = "rows of \(fact.table) came late, \(origin)"
        try await attempt.connection.query(
            """
            update longshore.control c
            set state = case state when 'loaded' then 'stale' else state end, reason = \(reason)
            where schema_name = \(schema) and period = any(\(labels)::text[])
                and table_name = any(\(marts.map(\.table))::text[])
                and kind = 'mart' and state in ('loaded', 'pending') and \(isLeftOut)
            """
        )
    }
}
