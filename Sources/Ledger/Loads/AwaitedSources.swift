import Planning
import Postgres
import Words

/// The tasks of a load whose sources are not there.
public struct AwaitedSources: Sendable, Hashable {
    /// How many tasks wait.
    public var tasks: Int
    /// The table, and the period where it has one, of the task that waits longest.
    public var label: String
    /// Why its last attempt did not find its source.
    public var reason: String
    /// Since when it waits, in UTC; with the day where it waits until another.
    public var since: String
    /// When that becomes a failure, in UTC; with the day as `since`.
    public var until: String

    /// One line for people.
    public var notice: String {
        let others = tasks > 1 ? " and \(tasks - 1) more" : ""
        return
            "\(label)\(others) \(agreeing(tasks, "waits", "wait")) for what is not there since \(since) UTC, "
            + "until \(until) UTC at the latest: \(reason)"
    }
}

extension TaskReports {
    /// What a load waits for; `nil` when its sources are there, as far as they were looked for.
    public func absences(ofLoad load: Int64) async throws -> AwaitedSources? {
        let rows = try await client.query(
            """
            select table_name, period, \(TaskTable.lastFailure) as reason,
                to_char(absent_since at time zone 'UTC', clock) as since,
                to_char(awaited_until at time zone 'UTC', clock) as until,
                count(*) over () as tasks
            from longshore.task, lateral (
                select case
                    when (absent_since at time zone 'UTC')::date = (awaited_until at time zone 'UTC')::date
                    then 'HH24:MI:SS' else 'YYYY-MM-DD HH24:MI:SS' end as clock
            ) shown
            where load_id = \(load) and state = \(TaskState.published) and absent_since is not null
            order by absent_since, ordinal limit 1
            """
        )
        return try rows.first.map { row in
            AwaitedSources(
                tasks: try row.integer("tasks"),
                label: sliceLabel(try row.text("period"), of: try row.text("table_name")),
                reason: try row.optionalText("reason") ?? "",
                since: try row.text("since"),
                until: try row.text("until")
            )
        }
    }
}
