import Ledger
package import Pipelines
package import Postgres

/// Orders what changes versions and what points to them.
///
/// A fact takes it together with others when its rows are written, and a merge that has moved
/// versions takes it alone before it looks for rows that point to them; both keep it until they
/// commit. So either the merge finds the fact's rows, or the fact finds that versions have moved.
package struct VersionLock {
    let schema: String
    let dimension: Dimension

    package init(schema: String, dimension: Dimension) {
        self.schema = schema
        self.dimension = dimension
    }

    private var lock: LedgerLock { LedgerLock(name: "versions \(schema).\(dimension.table)") }

    /// Its row is to be there before facts share it.
    func make(within patience: Duration, on connection: PostgresConnection) async throws {
        try await lock.make(within: patience, on: connection)
    }

    /// Taken by a fact, beside others, until the transaction ends.
    package func share(on connection: PostgresConnection) async throws {
        try await lock.take(.together, on: connection)
    }

    /// Taken by a merge that has moved versions, until the transaction ends.
    package func takeAlone(on connection: PostgresConnection) async throws {
        try await lock.take(.alone, on: connection)
    }
}
