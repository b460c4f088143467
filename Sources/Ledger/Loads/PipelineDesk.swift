public import Pipelines
public import Planning
package import Postgres

/// What is asked of whole pipelines: those of the ledger's loads and of its control table.
public struct PipelineDesk: Sendable {
    let client: PostgresClient

    package init(_ client: PostgresClient) {
        self.client = client
    }

    /// Their names, in order.
    public func names() async throws -> [String] {
        try await client.query(Self.namesSQL).map { try $0.text("pipeline") }
    }

    /// - Throws: ``LedgerError`` when the ledger has no pipeline of that name.
    public func require(_ name: String) async throws {
        let names = try await names()
        guard names.contains(name) else {
            throw LedgerError.unknownPipeline(name, among: names)
        }
    }

    /// The definition that the newest load of a pipeline was made with; `nil` when there is no load.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    public func newestDefinition(ofPipeline name: String) async throws -> Pipeline? {
        try await newest(ofPipeline: name)?.pipeline()
    }

    /// The newest load of a pipeline as it was asked for, without its periods; `nil` when there is
    /// none.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read its definition any more.
    public func newestRequest(
        ofPipeline name: String,
        by person: String
    ) async throws -> LoadRequest? {
        try await newest(ofPipeline: name)?.request(by: person)
    }

    /// The values that the newest load of a pipeline gave to parameters, by their names; none when there is no load.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read its definition any more.
    public func newestParameters(ofPipeline name: String) async throws -> [String: String] {
        try await newest(ofPipeline: name)?.definition().bundle.parameters ?? [:]
    }

    /// What a table's rows followed from, by the digest that the control table has; `nil` where the ledger does not have it,
    /// or this program cannot read it any more.
    public func tableDefinition(_ digest: String) async throws -> TableDefinition? {
        try await client.query(
            "select parts from longshore.table_definition where digest = \(digest)"
        )
        .first.flatMap { TableDefinitionStore.read(try $0.text("parts")) }
    }

    private func newest(ofPipeline name: String) async throws -> StoredDefinition? {
        try await client.withConnection { connection in
            try await StoredDefinition.newest(ofPipeline: name, on: connection)
        }
    }

    /// Refuses a pipeline of which a table is another pipeline's, or one that Longshore has not made; it
    /// changes nothing.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - adopted: Tables, without their schema, that may be there.
    /// - Returns: those of `adopted` that need not be: they are the pipeline's already, or not there.
    /// - Throws: ``LedgerError`` with the words of a load that is created.
    @discardableResult
    public func refuseTablesOfOthers(
        of pipeline: Pipeline,
        adopting adopted: Set<String> = []
    ) async throws -> Set<String> {
        try await client.transaction { connection in
            let claims = try await TableOwnership(
                pipeline: pipeline,
                adopted: adopted,
                connection: connection
            )
            .check()
            return adopted.subtracting(claims.adopted)
        }
    }

    /// One column, `pipeline`.
    static let namesSQL: SQL = """
        select pipeline from longshore.load union select pipeline from longshore.control order by 1
        """
}
