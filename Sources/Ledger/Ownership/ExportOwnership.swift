import Pipelines
import Planning
import Postgres

/// Which exports of a pipeline are its own: those of which no other pipeline has loaded one of the name since.
///
/// Effects are known by schema and export. Were the export two pipelines', each would delete at its target what the other
/// has delivered, and send the other's rows there.
struct ExportOwnership {
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Refuses exports that are another pipeline's and that it has not given up.
    ///
    /// - Throws: ``LedgerError``, `PostgresError`.
    func refuseOthers() async throws {
        var refused: [(name: String, owner: String)] = []
        for export in pipeline.exports {
            let key = ExportKey(schema: pipeline.schema, name: export.name)
            guard let owner = try await owner(of: key), owner.pipeline != pipeline.name,
                try await !hasGivenUp(key, owner)
            else { continue }
            refused.append((export.name, owner.pipeline))
        }
        guard refused.isEmpty else { throw LedgerError.exportsOfAnother(refused, pipeline) }
    }

    /// Who has an export.
    private struct Owner {
        let pipeline: String
        /// Whether a load of it that runs has the export.
        let isLoading: Bool
    }

    private func owner(of export: ExportKey) async throws -> Owner? {
        let rows = try await connection.query(
            """
            select o.pipeline, exists (select \(export.ofLoads) and l.pipeline = o.pipeline
                and l.state = \(LoadState.running)) as is_loading
            from (\(export.owner)) o
            """
        )
        return try rows.first.map { row in
            Owner(
                pipeline: try row.text("pipeline"),
                isLoading: try row.boolean("is_loading")
            )
        }
    }

    /// Whether neither the newest load of an export's owner nor one that runs has it; as of tables, an owner whose
    /// definition cannot be read has given up nothing.
    private func hasGivenUp(_ export: ExportKey, _ owner: Owner) async throws -> Bool {
        guard !owner.isLoading else { return false }
        let newest = try await StoredDefinition.newest(ofPipeline: owner.pipeline, on: connection)?
            .pipelineIfReadable
        guard let newest else { return false }
        return newest.schema != export.schema || newest.export(export.name) == nil
    }
}

extension ExportKey {
    /// From the loads `l` that have a task of it; a condition may follow.
    var ofLoads: SQL {
        """
        from longshore.task t join longshore.load l on l.id = t.load_id
        where t.schema_name = \(schema) and t.name = \(name) and t.kind = \(LoadTaskKind.export)
        """
    }

    /// The `pipeline` of the newest of them: it has the export.
    var owner: SQL { "select l.pipeline \(ofLoads) order by l.id desc limit 1" }
}
