import Pipelines
import Postgres

/// The tables that loads of an older version have prepared, of which the ledger had no row: a load makes all
/// tables of its definition, and not every one of them has a task.
enum EarlierTables {
    /// The names of a pipeline's tables in all definitions that it was loaded with before the ledger knew
    /// which tables are Longshore's; of a definition that cannot be read any more, those that had tasks.
    static func ofPipeline(
        _ pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            select d.bundle from longshore.definition d where d.digest in (
                select l.definition from longshore.load l where \(isEarlier))
            """,
            [.text(pipeline.name), .text(Migrations.ownedTablesName)]
        )
        let definitions = rows.compactMap { row in
            try? Pipeline.parse(bundle: DefinitionBundle(encoded: row.text("bundle")))
        }
        let named = definitions.filter { $0.schema == pipeline.schema }.flatMap(\.tables.keys)
        return try await withTasks(of: pipeline, on: connection).union(named)
    }

    private static func withTasks(
        of pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            select distinct t.table_name from longshore.task t
            join longshore.load l on l.id = t.load_id
            where \(isEarlier) and t.schema_name = $3
            """,
            [.text(pipeline.name), .text(Migrations.ownedTablesName), .text(pipeline.schema)]
        )
        return try Set(rows.map { try $0.text("table_name") })
    }

    private static let isEarlier = """
        l.pipeline = $1 and l.created_at <
            (select applied_at from longshore.migration where name = $2)
        """
}
