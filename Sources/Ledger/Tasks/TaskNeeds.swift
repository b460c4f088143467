package import Pipelines
package import Planning
package import Postgres

/// What a task needs of its own load.
///
/// A coordinator publishes a task when its needs are done, and says so in the ledger. A message that comes
/// before is forged, misdirected, or quicker than the coordinator: only then the ledger is asked.
package struct TaskNeeds {
    let task: LoadTaskID
    let row: TaskRow
    let pipeline: Pipeline

    package init(task: LoadTaskID, row: TaskRow, pipeline: Pipeline) {
        self.task = task
        self.row = row
        self.pipeline = pipeline
    }

    /// Whether the task may run now.
    package func areDone(on connection: PostgresConnection) async throws -> Bool {
        guard row.isWaiting else { return true }
        return try await !exist("state not in (\(TaskState.satisfyingNeeds))", on: connection)
    }

    /// Whether its load has written any of what it needs.
    func wereWritten(on connection: PostgresConnection) async throws -> Bool {
        try await exist("state = \(TaskState.done)", on: connection)
    }

    private func exist(_ condition: SQL, on connection: PostgresConnection) async throws -> Bool {
        let tables = pipeline.needs(of: row.name, as: row.kind)
        let reachingBack = tables.filter { pipeline.fact($0)?.reachesBack ?? false }
        let reachingAhead = tables.filter { pipeline.fact($0)?.reachesAhead ?? false }
        let rows = try await connection.query(
            """
            select exists (
                select from longshore.task
                where load_id = \(task.load) and ordinal <> \(task.ordinal)
                    and name = any(\(tables)::text[])
                    and \(condition)
                    and ('' in (period, \(row.period)::text) or period = \(row.period)
                        or name = any(\(reachingBack)::text[]) and period > \(row.period)
                        or name = any(\(reachingAhead)::text[]))
            ) as exist
            """
        )
        return try rows.first?.boolean("exist") ?? false
    }
}
