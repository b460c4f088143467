package import Pipelines
package import Planning
package import Postgres

/// The tasks of a new load as columns, ready for set-based statements.
package struct TaskRows {
    private let tasks: [LoadTask]
    private let pipeline: Pipeline
    private let tables: [String]

    package init(_ tasks: [LoadTask], pipeline: Pipeline) {
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
            select table_name, period, reason from longshore.control
            where schema_name = \(pipeline.schema) and pipeline = \(pipeline.name) and state = 'closed' and period <> ''
                and period = any(\(labels)::text[])
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

    /// Puts into the control table what is not there yet, as pending and claimed by no load.
    func register(on connection: PostgresConnection) async throws -> [PeriodChange] {
        try await PostgresLedger.changes(
            connection.query(
                """
                insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                    period_start, period_end)
                select \(pipeline.schema), table_name, period, \(pipeline.name), kind, name,
                    start::date, finish::date
                from \(controlColumns)
                order by table_name, period
                on conflict (schema_name, table_name, period) do nothing
                returning kind, table_name, period, state
                """
            )
        )
    }

    /// Table, label, kind, name and bounds: what the control table knows of a slice.
    private var controlColumns: SQL {
        """
        unnest(\(tables), \(labels), \(tasks.map(\.kind.rawValue)), \(tasks.map(\.name)),
            \(tasks.map { $0.period?.start.description }), \(tasks.map { $0.period?.end.description }))
            t(table_name, period, kind, name, start, finish)
        """
    }

    /// Tasks know what their table's rows follow from, so that an attempt can say it of its period.
    package func insertTasks(ofLoad load: Int64, on connection: PostgresConnection) async throws {
        let definitions = pipeline.tableDefinitions
        try await TableDefinitionStore(connection: connection).keep(definitions.values)
        let digests = definitions.mapValues(\.digest)
        try await connection.query(
            """
            insert into longshore.task (load_id, ordinal, kind, name, schema_name, table_name, period,
                pool, table_definition)
            select \(load), place - 1, kind, name, \(pipeline.schema), table_name, period, pool,
                table_definition
            from unnest(\(tasks.map(\.kind.rawValue)), \(tasks.map(\.name)), \(tables), \(labels),
                \(tasks.map(\.pool)), \(tables.map { digests[$0] })) with ordinality t(kind, name, table_name, period, pool, table_definition, place)
            """
        )
    }

    /// The newest load owns the periods it asks for.
    ///
    /// Rows are taken in one order by every load, so
    /// that two loads that are created at once wait for each other instead of deadlocking.
    package func claim(forLoad load: Int64, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                period_start, period_end, claimed_by)
            select \(pipeline.schema), table_name, period, \(pipeline.name), kind, name,
                start::date, finish::date, \(load)
            from \(controlColumns)
            order by table_name, period
            on conflict (schema_name, table_name, period)
                do update set claimed_by = greatest(longshore.control.claimed_by, excluded.claimed_by)
            """
        )
    }
}
