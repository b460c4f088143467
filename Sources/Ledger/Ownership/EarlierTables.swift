import Pipelines
import Postgres

/// The tables that loads of an older version have prepared, of which the ledger had no row: a load makes all
/// tables of its definition, and not every one of them has a task.
enum EarlierTables {
    /// The names of a pipeline's tables in all definitions that it was loaded with before the ledger knew
    /// which tables are Longshore's.
    static func ofPipeline(
        _ pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            select d.bundle from longshore.definition d where d.digest in (
                select l.definition from longshore.load l where l.pipeline = \(pipeline.name)
                    and l.created_at < (select applied_at from longshore.migration
                        where name = \(Migrations.ownedTablesName)))
            """
        )
        let definitions = rows.compactMap { row in
            try? Pipeline.parse(bundle: DefinitionBundle(encoded: row.text("bundle")))
        }
        return Set(
            definitions.filter { $0.schema == pipeline.schema }.flatMap(\.tables.keys)
        )
    }
}
