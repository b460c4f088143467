import Planning
import Postgres

/// What a pipeline's new name has changed in the ledger.
public struct PipelineRename: Sendable, Hashable, Codable {
    /// Whether anything was changed: `false` when the pipeline is called so already.
    public var isNew: Bool
    /// How many of its loads there are.
    public var loads = 0
    /// The schemas that hold its tables, which stay as they are.
    public var schemas: [String] = []
}

extension PipelineDesk {
    /// Gives a pipeline another name, with all that the ledger has of it, in one transaction.
    ///
    /// - Parameters:
    ///   - old: The name that it has.
    ///   - new: The one that it gets.
    ///   - merging: Whether a pipeline of the new name may be there: the two are one afterwards.
    /// - Returns: what it changed.
    /// - Throws: ``LedgerError`` when there is no such pipeline, the new name is taken, or a load of
    ///   either is running.
    public func rename(
        _ old: String,
        to new: String,
        merging: Bool = false
    ) async throws -> PipelineRename {
        try await client.transaction { connection in
            let renaming = PipelineRenaming(old: old, new: new, connection: connection)
            let schemas = try await renaming.lockSchemas()
            let known = try await connection.query(Self.namesSQL)
                .map { try $0.text("pipeline") }
            guard known.contains(old) else {
                guard known.contains(new) else {
                    throw LedgerError.unknownPipeline(old, among: known)
                }
                return PipelineRename(isNew: false, schemas: schemas)
            }
            try await renaming.refuseRunning()
            guard merging || !known.contains(new) else {
                throw LedgerError.nameIsTaken(new, insteadOf: old)
            }
            return PipelineRename(isNew: true, loads: try await renaming.run(), schemas: schemas)
        }
    }
}

/// The steps of a new name.
private struct PipelineRenaming {
    let old: String
    let new: String
    let connection: PostgresConnection

    /// Keeps loads of the pipelines from being created until the transaction ends.
    ///
    /// - Returns: the schemas of their tables.
    func lockSchemas() async throws -> [String] {
        let rows = try await connection.query(
            """
            select schema_name from longshore.control where pipeline in (\(old), \(new))
            union select schema_name from longshore.owned_table where pipeline in (\(old), \(new))
            order by schema_name
            """
        )
        let schemas = try rows.map { try $0.text("schema_name") }
        for schema in schemas { try await LedgerLock.takeSchema(schema, on: connection) }
        return schemas
    }

    func refuseRunning() async throws {
        let rows = try await connection.query(
            """
            select id, pipeline from longshore.load
            where state = \(LoadState.running) and pipeline in (\(old), \(new)) order by id limit 1
            """
        )
        guard let row = rows.first else { return }
        throw LedgerError.renamedWhileLoading(
            try row.integer("id", as: Int64.self),
            of: try row.text("pipeline")
        )
    }

    /// - Returns: how many loads have the new name.
    func run() async throws -> Int {
        try await InterventionTable(connection).give(ofPipeline: old, toPipeline: new)
        try await ControlTable(connection).give("pipeline = \(old)", toPipeline: new)
        try await ScheduleTable(connection).give(ofPipeline: old, toPipeline: new)
        try await FiringTable(connection).give(ofPipeline: old, toPipeline: new)
        try await AlertWatchTable(connection).give(ofPipeline: old, toPipeline: new)
        try await AlertTable(connection).give(ofPipeline: old, toPipeline: new)
        try await AlertMessageTable(connection).give(ofPipeline: old, toPipeline: new)
        try await PipelinePlaces.give(ofPipeline: old, toPipeline: new, on: connection)
        for table in ["owned_table", "definition", "plan"] as [SQL] {
            try await connection.query(
                "update longshore.\(table) set pipeline = \(new) where pipeline = \(old)"
            )
        }
        return try await LoadTable(connection).give(ofPipeline: old, toPipeline: new)
    }
}
