import Pipelines
import Planning
import Postgres

/// What a task needs of its own load.
///
/// A coordinator publishes a task when its needs are done, and says so in the ledger. A message that comes
/// before is forged, misdirected, or quicker than the coordinator: only then the ledger is asked.
struct TaskNeeds {
    let task: LoadTaskID
    let row: TaskRow
    let pipeline: Pipeline

    /// Whether the task may run now.
    func areDone(on connection: PostgresConnection) async throws -> Bool {
        guard row.isWaiting else { return true }
        let tables = pipeline.needs(of: row.name)
        let reachingBack = tables.filter { pipeline.fact($0)?.reachesBack ?? false }
        let reachingAhead = tables.filter { pipeline.fact($0)?.reachesAhead ?? false }
        let rows = try await connection.query(
            """
            select exists (
                select from longshore.task
                where load_id = $1 and name = any($2::text[]) and state <> all($3::text[])
                    and ('' in (period, $4) or period = $4 or name = any($5::text[]) and period > $4
                        or name = any($6::text[]))
            ) as is_early
            """,
            [
                .integer(task.load), .textArray(tables),
                .textArray(TaskState.allCases.filter(\.satisfiesNeeds).map(\.rawValue)),
                .text(row.period), .textArray(reachingBack), .textArray(reachingAhead),
            ]
        )
        return try rows.first?.boolean("is_early") == false
    }
}
