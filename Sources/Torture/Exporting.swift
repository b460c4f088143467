import Foundation
import Postgres

/// What a case with exports has besides: an API, and a copy of the pipeline that tells it of rows.
struct Exporting: Sendable {
    let api: ExportedAPI
    /// The copy's folder.
    let pipeline: String

    /// A row for each agent, which each load changes.
    private static let query = """
        select a.agent_id, count(*) as calls, max(c.load_id) as newest_load
        from callcenter.fact_call c join callcenter.dim_agent a using (agent_key)
        where a.agent_id is not null group by a.agent_id
        """

    private static let section = """

        exports:
          agents:
            sql: agents.sql
            key: agent_id
            to: { http: "${EXPORT_URL}/agents/{agent_id}", private: true }
            wait: { for: 1 h }

        """

    /// Copies the pipeline, and starts the API.
    static func prepare(named name: String, on ground: Ground) throws -> Exporting {
        let folder = "\(ground.folder)/\(name)-pipeline"
        try FileManager.default.copyItem(atPath: ground.pipeline, toPath: folder)
        let file = "\(folder)/pipeline.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try (text + section).write(toFile: file, atomically: true, encoding: .utf8)
        try query.write(toFile: "\(folder)/agents.sql", atomically: true, encoding: .utf8)
        return Exporting(api: try ExportedAPI(), pipeline: folder)
    }

    /// What workers have in their environment.
    var environment: [String: String] { ["EXPORT_URL": api.url] }

    /// Ends the API, and removes the copy.
    func close() throws {
        api.close()
        try FileManager.default.removeItem(atPath: pipeline)
    }

    /// What the API does not know as the warehouse does, in words.
    func violations(_ arena: Arena) async throws -> [String] {
        let rows = try await arena.ask(
            """
            select '/agents/' || agent_id, row_to_json(e)::text from (\(raw: Self.query)) e order by 1
            """
        )
        let told = api.rows.map { "\($0.key)|\($0.value.body)" }.sorted()
        var found = api.complaints.map { "I11: \($0)" }
        if Set(told) != Set(rows) {
            let count = Set(told).symmetricDifference(rows).count
            found.append("I11: what was exported differs in \(count) rows")
        }
        return found
    }
}
