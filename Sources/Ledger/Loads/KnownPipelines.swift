import Postgres

/// The pipelines that the ledger knows: those of its loads and of its control table.
extension PostgresLedger {
    /// Their names, in order.
    public func pipelines() async throws -> [String] {
        try await query(Self.pipelinesSQL).map { try $0.text("pipeline") }
    }

    /// - Throws: ``LedgerError`` when the ledger has no pipeline of that name.
    public func requirePipeline(_ name: String) async throws {
        let names = try await pipelines()
        guard names.contains(name) else {
            throw LedgerError.unknownPipeline(name, among: names)
        }
    }

    /// One column, `pipeline`.
    static let pipelinesSQL: SQL = """
        select pipeline from longshore.load union select pipeline from longshore.control order by 1
        """
}
