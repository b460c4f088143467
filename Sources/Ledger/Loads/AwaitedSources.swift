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
    /// Since when it waits, in UTC.
    public var since: String
    /// When that becomes a failure, in UTC.
    public var until: String

    /// One line for people.
    public var notice: String {
        let others = tasks > 1 ? " and \(tasks - 1) more" : ""
        return
            "\(label)\(others) \(agreeing(tasks, "waits", "wait")) for what is not there since \(since) UTC, "
            + "until \(until) UTC at the latest: \(reason)"
    }
}

extension PostgresLedger {
    /// What a load waits for; `nil` when its sources are there, as far as they were looked for.
    public func absences(ofLoad load: Int64) async throws -> AwaitedSources? {
        let rows = try await query(
            """
            select table_name, period, failure_message || ' [' || failure_code || ']' as reason,
                to_char(absent_since at time zone 'UTC', 'HH24:MI:SS') as since,
                to_char(awaited_until at time zone 'UTC', 'HH24:MI:SS') as until,
                count(*) over () as tasks
            from longshore.task
            where load_id = \(load) and state = 'published' and absent_since is not null
            order by absent_since, ordinal limit 1
            """
        )
        return try rows.first.map { row in
            let period = try row.text("period")
            let table = try row.text("table_name")
            return AwaitedSources(
                tasks: try row.integer("tasks"),
                label: period.isEmpty ? table : "\(table) \(period)",
                reason: try row.optionalText("reason") ?? "",
                since: try row.text("since"),
                until: try row.text("until")
            )
        }
    }
}
