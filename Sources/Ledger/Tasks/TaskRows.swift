package import Pipelines
package import Planning
package import Postgres

/// The tasks of a new load as columns, ready for set-based statements.
package struct TaskRows {
    private let tasks: LoadTasks
    let pipeline: Pipeline
    private let tables: [String]

    package init(_ tasks: LoadTasks, pipeline: Pipeline) {
        self.tasks = tasks
        self.pipeline = pipeline
        tables = tasks.map { $0.kind.table($0.name) }
    }

    private var labels: [String] { tasks.map { $0.period?.label ?? "" } }

    /// A closed period is never touched, by no table of the pipeline: its marts keep what they hold
    /// although they are no facts.
    package func refuseClosed(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select table_name, period, reason from longshore.control c
            where \(ControlTable.areOf(pipeline, labels)) and state = \(PeriodState.closed) and period <> ''
            order by kind, table_name, period limit 1
            """
        )
        guard let row = rows.first else { return }
        throw LedgerError.closed(
            try row.text("table_name"),
            try row.text("period"),
            reason: try row.optionalText("reason")
        )
    }

    /// Table, label, kind, name and bounds: what the control table knows of a slice.
    var slices: SQL {
        """
        unnest(\(tables), \(labels), \(tasks.map(\.kind.rawValue)), \(tasks.map(\.name)),
            \(tasks.map { $0.period?.start.description }), \(tasks.map { $0.period?.end.description }))
            t(table_name, period, kind, name, start, finish)
        """
    }

    /// Kind, name, table, label, pool, the definition of the table by `digests`, and place: what the ledger
    /// knows of a task.
    func entries(_ digests: [String: String]) -> SQL {
        """
        unnest(\(tasks.map(\.kind.rawValue)), \(tasks.map(\.name)), \(tables), \(labels),
            \(tasks.map(\.pool)), \(tables.map { digests[$0] }))
            with ordinality t(kind, name, table_name, period, pool, table_definition, place)
        """
    }
}
