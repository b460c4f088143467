import Pipelines
import Postgres
import Rows

/// Looks business keys up in Postgres, for a dimension whose key map is not in memory: they go
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
        let query = KeyMapQuery(dimension: dimension, attempt: attempt)
        try await query.holdKeys()
        let wanted = StagedKeys(name: "wanted", dimension: dimension, connection: connection)
        try await wanted.create(keys)
        try await connection.analyze(wanted.table)
        // Few keys of many are found by the index, whose pages are mostly in memory.
        try await connection.query("set local random_page_cost = 1.1")
        try await KeyMapQuery.read(
            dimension,
            from: """
                \(attempt.table(dimension.table)) join \(wanted.table) using (\(ids: dimension.key))
                """,
            on: connection,
            body
        )
        try await connection.query("reset random_page_cost")
        try await wanted.drop()
        try await query.note(lookedUp: keys.count)
    }
}
