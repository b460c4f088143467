import Pipelines
import Planning
import Postgres

/// A task whose table or period a newer load has done.
///
/// Dimensions and facts are left to it: it has read their sources later. A mart or export follows from what its load
/// has written, which may have been committed after the newer load computed it: then it is computed once more.
struct OvertakenClaim {
    let task: LoadTaskID
    let row: TaskRow
    /// Whether the period is closed.
    let isClosed: Bool
    let connection: PostgresConnection

    /// Leaves the task to the newer load, unless it has to be computed once more; what would be, and must not be
    /// written, is stale then.
    ///
    /// - Returns: Whether it is left.
    func yields() async throws -> Bool {
        guard row.kind.isDerived, let pipeline = try row.definition.pipelineIfReadable else {
            return true
        }
        let needs = TaskNeeds(task: task, row: row, pipeline: pipeline)
        guard try await needs.wereWritten(on: connection) else { return true }
        guard let reason = try await reasonAgainst() else { return false }
        try await ControlTable(connection).markStale(row.key.isRow, because: "\(reason)")
        return true
    }

    /// Why the mart or export must not be written; `nil` where it may be.
    private func reasonAgainst() async throws -> String? {
        if isClosed {
            return "load \(task.load) has loaded what it reads, and not computed it: it was closed"
        }
        return try await isOfOlderDefinition()
            ? "load \(task.load), by an older definition, has loaded what it reads" : nil
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
