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
        let definitions =
            try await StoredDefinition.beforeOwnedTables(
                ofPipeline: pipeline.name,
                on: connection
            )
            .compactMap { try $0.pipelineIfReadable }
        return Set(
            definitions.filter { $0.schema == pipeline.schema }.flatMap(\.tables.keys)
        )
    }
}
