import Foundation
import Postgres

/// The pipelines whose export tells somebody of a row for each agent, which each load changes.
enum ExportedRows {
    private static let query = """
        select a.agent_id, count(*) as calls, max(c.load_id) as newest_load
        from callcenter.fact_call c join callcenter.dim_agent a using (agent_key)
        where a.agent_id is not null group by a.agent_id
        """

    /// What the export should have told, as `agent|row`.
    static func wanted(_ arena: Arena) async throws -> [String] {
        try await arena.ask(
            "select agent_id, row_to_json(e)::text from (\(raw: query)) e order by 1"
        )
    }

    /// An API is told of each row.
    static let toAPI = Outside.Maker { name, ground in
        let server = try TroubledServer(ToldRows(in: ("/agents/", ""), asStore: false))
        return try outside(
            server,
            name,
            ground,
            environment: ObjectShelf.environment(server.url),
            to: "{ http: \"${OUTSIDE_URL}/agents/{agent_id}\", private: true }"
        )
    }

    /// Each row is an object of a store.
    static let toObjects = Outside.Maker { name, ground in
        let server = try TroubledServer(ToldRows(in: ("/rows/agents/", ".json"), asStore: true))
        return try outside(
            server,
            name,
            ground,
            environment: ObjectShelf.environment(server.url),
            to: "{ source: lake, object: \"agents/{agent_id}.json\" }",
            sources: "  lake: { \(ObjectShelf.place(of: "rows")) }\n"
        )
    }

    /// A pipeline with an export.
    ///
    /// - Parameters:
    ///   - server: What is told of the rows.
    ///   - name: The name of the case's database.
    ///   - ground: Where the pipeline is.
    ///   - environment: What processes have in their environment.
    ///   - target: Where rows go, as the definition says it.
    ///   - sources: Lines of the definition for sources that this needs.
    /// - Returns: It, with the server.
    /// - Throws: when the pipeline is not as expected, or cannot be written.
    static func outside(
        _ server: any ExportTarget,
        _ name: String,
        _ ground: Ground,
        environment: [String: String],
        to target: String,
        sources: String = ""
    ) throws -> Outside {
        let outside = try Outside(
            server,
            named: name,
            on: ground,
            environment: environment,
            definition: { text in
                text.replacing("\nsources:\n", with: "\nsources:\n\(sources)") + """

                    exports:
                      agents:
                        sql: agents.sql
                        key: agent_id
                        to: \(target)
                        wait: { for: 1 h }

                    """
            }
        )
        try query.write(
            toFile: "\(outside.pipeline)/agents.sql",
            atomically: true,
            encoding: .utf8
        )
        return outside
    }
}
