public import Planning
import Postgres

extension TaskReports {
    /// Of tasks that were set aside, those about which nobody has to do anything any more: they are done, or
    /// a newer load has loaded what they were to load.
    public func settled(_ tasks: Set<LoadTaskID>) async throws -> Set<LoadTaskID> {
        guard !tasks.isEmpty else { return [] }
        let list = tasks.sorted { ($0.load, $0.ordinal) < ($1.load, $1.ordinal) }
        let rows = try await client.query(
            """
            select t.load_id, t.ordinal
            from unnest(\(list.map(\.load))::bigint[], \(list.map { Int64($0.ordinal) })::bigint[]) a (load_id, ordinal)
            join longshore.task t on t.load_id = a.load_id and t.ordinal = a.ordinal
            join longshore.load l on l.id = t.load_id
            left join longshore.control c on \(ControlTable.isOf("t"))
            where t.state in (\(TaskState.satisfyingNeeds))
                or t.state in (\([TaskState.failed, .cancelled, .blocked])) and l.kind = \(LoadKind.load)
                    and c.loaded_by > t.load_id and c.state <> \(PeriodState.stale)
            """
        )
        return try Set(
            rows.map { row in
                LoadTaskID(
                    load: try row.integer("load_id", as: Int64.self),
                    ordinal: try row.integer("ordinal")
                )
            }
        )
    }
}
