import Planning
import Postgres
import Words

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

extension TaskReports {
    /// The one of a running load's tasks that failed last and is tried again; `nil` when there is none.
    public func newestRetry(ofLoad load: Int64) async throws -> TaskRetry? {
        let rows = try await client.query(
            """
            select ordinal, table_name, period, \(TaskTable.lastFailure) as failure
            from longshore.task
            where load_id = \(load) and state in (\(TaskState.open)) and failure_code is not null
            order by retry_at desc nulls last, ordinal limit 1
            """
        )
        return try rows.first.map { row in
            TaskRetry(
                task: "\(load).\(try row.text("ordinal"))",
                label: sliceLabel(try row.text("period"), of: try row.text("table_name")),
                failure: try row.text("failure")
            )
        }
    }
}
