import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows

/// A row of the control table, with what its rows follow from and the files that they were read from.
struct TableStanding {
    let kind: LoadTaskKind
    let table: String
    /// The period's label; empty for a table that is loaded whole.
    let period: String
    let state: PeriodState
    /// Why it is so, where somebody has said it.
    let reason: String?
    /// Whether something was loaded.
    let isLoaded: Bool
    /// Whether a running load is about to compute it.
    let isClaimed: Bool
    /// What its rows follow from; `nil` when nobody knows.
    let definition: TableDefinition?
    /// The files that its rows were read from; `nil` when nobody knows.
    let inputs: [InputSummary]?

    /// All rows of a pipeline's tables.
    static func all(
        of pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> [TableStanding] {
        let definitions = try await definitions(of: pipeline, on: connection)
        let rows = try await connection.query(
            """
            select c.kind, c.table_name, c.period, c.state, c.reason, c.table_definition,
                c.loaded_by is not null as is_loaded, t.inputs::text as inputs,
                exists (select from longshore.load l where l.id = c.claimed_by
                    and l.state = \(LoadState.running) and c.loaded_by is distinct from l.id) as is_claimed
            from longshore.control c
            left join longshore.task t on t.load_id = c.loaded_by and t.table_name = c.table_name
                and t.period = c.period and t.schema_name = c.schema_name
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name)
            order by c.kind, c.table_name, c.period
            """
        )
        return try rows.map { row in
            TableStanding(
                kind: try row.word("kind"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.word("state"),
                reason: try row.optionalText("reason"),
                isLoaded: try row.boolean("is_loaded"),
                isClaimed: try row.boolean("is_claimed"),
                definition: try row.optionalText("table_definition").flatMap { definitions[$0] },
                inputs: try row.optionalText("inputs").flatMap(InputRecord.read)
            )
        }
    }

    private static func definitions(
        of pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> [String: TableDefinition] {
        let rows = try await connection.query(
            """
            select digest, parts from longshore.table_definition where digest in (
                select table_definition from longshore.control where schema_name = \(pipeline.schema))
            """
        )
        var definitions: [String: TableDefinition] = [:]
        for row in rows {
            definitions[try row.text("digest")] = TableDefinitionStore.read(try row.text("parts"))
        }
        return definitions
    }
}
