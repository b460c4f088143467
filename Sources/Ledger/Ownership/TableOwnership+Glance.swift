public import Pipelines
public import Postgres

extension Pipeline {
    /// Refuses a pipeline of which a table is another pipeline's, or one that Longshore has not made, on a
    /// connection of its own and without making or changing the ledger; where there is none that knows, it
    /// refuses nothing.
    ///
    /// - Throws: ``LedgerError`` with the words of a load.
    public func refuseTablesOfOthers(at warehouse: PostgresConfiguration) async throws {
        try await PostgresConnection.withConnection(warehouse.atWarehouse) { connection in
            let known = try await connection.query(
                "select to_regclass('longshore.owned_table') is not null as known"
            )
            guard try known.first?.boolean("known") == true else { return }
            try await TableOwnership(pipeline: self, connection: connection).check()
        }
    }
}
