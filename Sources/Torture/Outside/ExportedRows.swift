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
        let told = ToldRows(in: ("/agents/", ""), asStore: false)
        return try outside(
            told,
            name,
            ground,
            to: "{ http: \"${OUTSIDE_URL}/agents/{agent_id}\", private: true }"
        )
    }

    /// Each row is an object of a store.
    static let toObjects = Outside.Maker { name, ground in
        let told = ToldRows(in: ("/rows/agents/", ".json"), asStore: true)
        return try outside(
            told,
            name,
            ground,
            to: "{ source: lake, object: \"agents/{agent_id}.json\" }",
            sources: "  lake: { \(ObjectShelf.place(of: "rows")) }\n"
        )
    }

    private static func outside(
        _ told: ToldRows,
        _ name: String,
        _ ground: Ground,
        to target: String,
        sources: String = ""
    ) throws -> Outside {
        let outside = try Outside(
            told,
            named: name,
            on: ground,
            environment: ObjectShelf.environment,
            rows: { told.rows },
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
