import Pipelines
import Planning
import Postgres

/// The tasks of a new load as columns, ready for set-based statements.
struct TaskRows {
    private let tasks: [LoadTask]
    private let pipeline: Pipeline
    private let tables: [String]

    init(_ tasks: [LoadTask], pipeline: Pipeline) {
        self.tasks = tasks
        self.pipeline = pipeline
        tables = tasks.map { $0.kind.table($0.name) }
    }

    private var labels: [String] { tasks.map { $0.period?.label ?? "" } }

    /// A closed period is never touched, by no table of the pipeline: its marts keep what they hold
    /// although they are no facts.
    func refuseClosed(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select table_name, period, reason from longshore.control
            where schema_name = $1 and pipeline = $3 and state = 'closed' and period <> ''
                and period = any($2::text[])
            order by kind, table_name, period limit 1
            """,
            [.text(pipeline.schema), .textArray(labels), .text(pipeline.name)]
        )
        guard let row = rows.first else { return }
        throw WarehouseError.closed(
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
                select $1, table_name, period, $2, kind, name, start::date, finish::date
                from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
                    t(table_name, period, kind, name, start, finish)
                order by table_name, period
                on conflict (schema_name, table_name, period) do nothing
                returning kind, table_name, period, state
                """,
                [.text(pipeline.schema), .text(pipeline.name)] + controlColumns
            )
        )
    }

    /// Table, label, kind, name and bounds: what the control table knows of a slice.
    private var controlColumns: [PostgresValue] {
        [
            .textArray(tables), .textArray(labels), .textArray(tasks.map(\.kind.rawValue)),
            .textArray(tasks.map(\.name)), .textArray(tasks.map { $0.period?.start.description }),
            .textArray(tasks.map { $0.period?.end.description }),
        ]
    }

    /// Tasks know what their table's rows follow from, so that an attempt can say it of its period.
    func insertTasks(ofLoad load: Int64, on connection: PostgresConnection) async throws {
        let definitions = pipeline.tableDefinitions
        try await TableDefinitionStore(connection: connection).keep(definitions.values)
        let digests = definitions.mapValues(\.digest)
        try await connection.query(
            """
            insert into longshore.task (load_id, ordinal, kind, name, schema_name, table_name, period,
                pool, table_definition)
            select $1, place - 1, kind, name, $2, table_name, period, pool, table_definition
            from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
                with ordinality t(kind, name, table_name, period, pool, table_definition, place)
            """,
            [
                .integer(load), .text(pipeline.schema), .textArray(tasks.map(\.kind.rawValue)),
                .textArray(tasks.map(\.name)), .textArray(tables), .textArray(labels),
                .textArray(tasks.map(\.pool)), .textArray(tables.map { digests[$0] }),
            ]
        )
    }

    /// The newest load owns the periods it asks for.
    ///
    /// Rows are taken in one order by every load, so
    /// that two loads that are created at once wait for each other instead of deadlocking.
    func claim(forLoad load: Int64, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                period_start, period_end, claimed_by)
            select $2, table_name, period, $3, kind, name, start::date, finish::date, $1
            from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
                t(table_name, period, kind, name, start, finish)
            order by table_name, period
            on conflict (schema_name, table_name, period)
                do update set claimed_by = greatest(longshore.control.claimed_by, excluded.claimed_by)
            """,
            [.integer(load), .text(pipeline.schema), .text(pipeline.name)] + controlColumns
        )
    }
}
