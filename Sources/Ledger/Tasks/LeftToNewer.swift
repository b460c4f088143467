import Pipelines
import Planning
import Postgres

/// What becomes of a task whose table or period a newer load has done.
///
/// Dimensions and facts are left to it: it has read their sources later. A mart or export follows from what its load
/// has written, which may have been committed after the newer load computed it: then it is computed once more.
struct LeftToNewer {
    let task: LoadTaskID
    let row: TaskRow
    let connection: PostgresConnection

    /// Whether the task has nothing to do any more.
    ///
    /// What its older definition must not write is stale then.
    func isLeft() async throws -> Bool {
        guard row.kind.isDerived, let pipeline = try row.definition.pipelineIfReadable else {
            return true
        }
        let needs = TaskNeeds(task: task, row: row, pipeline: pipeline)
        guard try await needs.wereWritten(on: connection) else { return true }
        guard try await isOfOlderDefinition() else { return false }
        try await ControlTable(connection)
            .markStale(
                row.key.isRow,
                because: """
                    'load ' || \(task.load)::bigint || ', by an older definition, has loaded what it reads'
                    """
            )
        return true
    }

    private func isOfOlderDefinition() async throws -> Bool {
        let rows = try await connection.query(
            """
            select c.table_definition is distinct from t.table_definition as is_older
            from longshore.task t join longshore.control c on \(ControlTable.isOf("t"))
            where t.load_id = \(task.load) and t.ordinal = \(task.ordinal)
            """
        )
        return try rows.first?.boolean("is_older") ?? false
    }
}
