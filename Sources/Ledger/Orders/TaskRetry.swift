import Planning
import Postgres

/// A task that failed and is tried again.
public struct TaskRetry: Sendable, Codable, Hashable {
    /// The task: `7.12`.
    public var task: String
    /// The table, and the period where it has one.
    public var label: String
    /// Why its last attempt failed.
    public var failure: String

    /// `7.12 fact_call 2024-01 failed and is tried again: …`.
    public var words: String { "\(task) \(label) failed and is tried again: \(failure)" }
}

extension PostgresLedger {
    /// The one of a running load's tasks that failed last and is tried again; `nil` when there is none.
    public func newestRetry(ofLoad load: Int64) async throws -> TaskRetry? {
        let rows = try await query(
            """
            select ordinal, table_name, period, failure_message || ' [' || failure_code || ']' as failure
            from longshore.task
            where load_id = \(load) and state in ('waiting', 'published') and failure_code is not null
            order by retry_at desc nulls last, ordinal limit 1
            """
        )
        return try rows.first.map { row in
            let period = try row.text("period")
            let table = try row.text("table_name")
            return TaskRetry(
                task: "\(load).\(try row.text("ordinal"))",
                label: period.isEmpty ? table : "\(table) \(period)",
                failure: try row.text("failure")
            )
        }
    }
}
