import Pipelines
import Postgres
import Rows

/// Looks business keys up in Postgres, for a dimension whose key map does not fit in memory: they go
/// into a temporary table, which is joined with the dimension (docs/decisions/0009).
struct KeyJoin {
    let dimension: Dimension
    let attempt: Attempt

    /// Gives `body` the business key, surrogate key and start of every version of those of `keys`
    /// that are members.
    ///
    /// The attempt's connection must not be busy with a COPY.
    func find(
        _ keys: [MissingKey],
        _ body: (_ key: Span<UInt8>, _ surrogate: Int64, _ start: Int64) -> Void
    ) async throws {
        let connection = attempt.connection
        try await KeyMapQuery(dimension: dimension, attempt: attempt).holdKeys()
        let wanted = StagedKeys(name: "wanted", dimension: dimension, connection: connection)
        try await wanted.create(keys)
        try await connection.analyze(wanted.table)
        try await KeyMapQuery.read(
            dimension,
            from: """
                \(attempt.table(dimension.table)) join \(wanted.table) using (\(ids: dimension.key))
                """,
            on: connection,
            body
        )
        try await wanted.drop()
    }
}
