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

    private var control: ControlTable { ControlTable(attempt.connection) }
    private var schema: String { attempt.row.schema }
    private var load: Int64 { attempt.task.load }
    private var labels: [String] { periods.map(\.label) }
    /// What has brought the rows, in words.
    private var origin: String { "with \(attempt.row.period) (load \(attempt.task.load))" }

    /// Puts those into the control table that are not there yet.
    func register() async throws {
        try await register(
            periods.map {
                LoadTask(kind: .fact, name: fact.name, period: $0, pool: fact.pool)
            }
        )
    }

    /// Says how many rows there are now, and which marts are older than they are.
    func record(rows: Int) async throws {
        try await recordRows(rows)
        try await markMarts()
    }

    private func register(_ tasks: [LoadTask]) async throws {
        guard !tasks.isEmpty else { return }
        try await control.register(TaskRows(LoadTasks(tasks), pipeline: attempt.pipeline))
    }

    /// Says how many rows there are, and that no period that has some is pending.
    ///
    /// A period that was pending is loaded by an input that has the rows of all periods, unless a load
    /// that runs has it: that one's own task will say so. A replay reads a part of the input only.
    private func recordRows(_ rows: Int) async throws {
        let isWhole = fact.reachesAhead && !attempt.row.isReplay
        let reason = "rows came \(origin); its own source is still to be read"
        try await control.recordMerge(
            into: labels,
            of: attempt.key(of: fact.table),
            rows: rows,
            by: load,
            isWhole: isWhole,
            reason: reason
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
        try await register(
            marts.flatMap { mart in
                periods.map {
                    LoadTask(kind: .mart, name: mart.name, period: $0, pool: mart.pool)
                }
            }
        )
        let isLeftOut: SQL =
            attempt.row.isReplay
            ? """
            not exists (select from longshore.task t where t.load_id = \(load) and t.period = c.period
                and t.schema_name = \(schema) and t.table_name = c.table_name)
            """ : "claimed_by is distinct from \(load)"
        let reason = "rows of \(fact.table) came late, \(origin)"
        try await control.markOutdated(
            """
            schema_name = \(schema) and period = any(\(labels)::text[])
                and table_name = any(\(marts.map(\.table))::text[])
                and kind = \(LoadTaskKind.mart) and state in (\([PeriodState.loaded, .pending])) and \(isLeftOut)
            """,
            because: "\(reason)"
        )
    }
}
