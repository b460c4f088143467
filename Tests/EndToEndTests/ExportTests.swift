import Foundation
import Loopback
import TestSupport
import Testing

/// Exports by real processes, to a table, a bucket and an API.
@Suite("Exports", .serialized)
struct ExportTests {
    private static let agents = """
        select a.agent_id, count(*) as calls from fact_call c join dim_agent a using (agent_key)
        where a.agent_id is not null group by a.agent_id order by a.agent_id
        """

    /// The call centre with exports, whose deliveries go to a pool of their own.
    private static func pipeline(_ harbour: Harbour, _ exports: String) throws -> String {
        try harbour.callCentre(
            in: "exporting",
            sources: sources + Harbour.lake,
            sections: "\nexports:\n" + exports,
            files: ["agents.sql": agents]
        )
    }

    private static let sources = """
          app: { postgres: "${SOURCE_URL}" }
          ads: { mongo: "${ADS_URL}" }

        """

    private static let table = """
          rows: { sql: agents.sql, key: agent_id, to: { source: app, table: app.agents }, pool: out }

        """

    private static let others = """
          page:
            sql: agents.sql
            mode: replace
            to: { source: lake, object: agents.jsonl, format: jsonl }
            after: [hook]
          each: { sql: agents.sql, key: agent_id, to: { source: lake, object: "agents/{agent_id}.json" } }
          hook:
            sql: agents.sql
            key: agent_id
            to:
              http: "${HOOK_URL}/agents/{agent_id}"
              headers: { Authorization: "Bearer ${HOOK_TOKEN}" }
              private: true

        """

    private static let documents = """
          documents: { sql: agents.sql, key: agent_id, to: { source: ads, collection: agents } }

        """

    private static func prepare(_ harbour: Harbour) async throws {
        for statement in [
            "create schema app",
            "create table app.agents (agent_id text primary key, calls bigint)",
            "create table app.longshore_delivered (export text, key text, revision bigint not null, row_key text, "
                + "primary key (export, key), unique (export, row_key))",
        ] {
            _ = try await harbour.ask(statement)
        }
    }

    private static func lake(_ store: S3Double, _ server: WebServer) -> [String: String] {
        [
            "LAKE_BUCKET": S3Double.bucket, "LAKE_URL": store.url, "LAKE_KEY": S3Double.accessKey,
            "LAKE_SECRET": S3Double.secretKey, "LAKE_SESSION": S3Double.sessionToken,
            "HOOK_URL": server.url, "HOOK_TOKEN": "s3cret-hook",
        ]
    }

    /// What the warehouse says: `row_to_json` of each agent, in order.
    private static func expected(_ harbour: Harbour) async throws -> [String] {
        try await harbour.ask(
            "select row_to_json(e)::text from ("
                + agents.replacing("fact_call", with: "callcenter.fact_call")
                .replacing("dim_agent", with: "callcenter.dim_agent") + ") e"
        )
    }

    @Test("rows are delivered to a table, as documents, as objects and to an API, and shown before")
    func everywhere() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 400)
        try await Self.prepare(harbour)
        let store = try S3Double()
        let server = try WebServer { _, connection in connection.answer(204) }
        let documents = try MongoDouble([:]) { name, count in
            name == "update" && count < 3 ? .error(189) : nil
        }
        let program = harbour.program.with(Self.lake(store, server))
            .with(["ADS_URL": documents.url])
        let folder = try Self.pipeline(
            harbour,
            Self.table.replacing(", pool: out", with: "") + Self.others + Self.documents
        )
        let load = ["load", folder, "--periods", "2024-01", "--workers", "2"]
        let planned = try await program.run("plan", folder, "--periods", "2024-01", "--effects")
        #expect(planned.exitCode == 0, "\(planned.errors)")
        #expect(planned.output.contains("export_rows"), "\(planned.output)")
        #expect(server.requests.isEmpty && store.objects.isEmpty)
        #expect(documents.documents("agents").isEmpty)

        let run = try await program.start(load).finish()
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
        let expected = try await Self.expected(harbour)
        #expect(!expected.isEmpty)
        let rows = try await harbour.ask(
            "select row_to_json(a)::text from app.agents a order by agent_id"
        )
        #expect(rows == expected)
        let page = store.objects["out/agents.jsonl"]
            .map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(page == expected.joined(separator: "\n") + "\n")
        #expect(store.objects.count == expected.count + 1)
        #expect(
            server.requests.map { String(decoding: $0.body, as: UTF8.self) }.sorted()
                == expected.sorted()
        )
        let agents = documents.documents("agents")
            .compactMap { document -> String? in
                guard case .string(let id)? = document["_id"],
                    case .int64(let calls)? = document["calls"]
                else { return nil }
                return "{\"agent_id\":\"\(id)\",\"calls\":\(calls)}"
            }
        #expect(agents.sorted() == expected.sorted())
        #expect(Set(server.requests.map { $0["Authorization"] }) == ["Bearer s3cret-hook"])

        // Nothing has changed: nothing is told again.
        let again = try await program.start(load).finish()
        #expect(again.exitCode == 0, "\(again.errors)")
        #expect(server.requests.count == expected.count)
        let listed = try await program.run("exports", "list", "callcenter", "--all", "--limit", "3")
        #expect(
            listed.exitCode == 0 && listed.output.contains("callcenter.hook"),
            "\(listed.errors)"
        )
        try await refuseOthers(program)
        let status = try await program.run("status")
        #expect(!status.output.contains("Not delivered"))
        let said = [planned, run, again, listed, status].map { $0.output + $0.errors }.joined()
        #expect(!said.contains("s3cret"))
        let ledger = try await harbour.ask("select e::text from longshore.effect e")
        #expect(!ledger.joined().contains("s3cret"))
    }

    /// Exports and keys that there are none of are refused.
    private func refuseOthers(_ program: Program) async throws {
        for (command, key) in [
            ("list", ["--key", "x"]), ("retry", ["--key", "x"]), ("drop", ["--key", "x"]),
            ("show", ["x"]),
        ] {
            for (export, refusal) in [
                ("hooks", "no load of `callcenter` has computed an export `hooks`"),
                ("hook", "has nothing of the key `x`"),
            ] {
                let words = ["exports", command, "callcenter", export]
                let run = try await program.start(words + key).finish()
                #expect(run.exitCode == 64, "\(command) \(export): \(run.output)")
                #expect(run.errors.contains(refusal), "\(command) \(export): \(run.errors)")
            }
        }
    }

    @Test(
        "an export in a fleet of roles is delivered once, whatever step its worker is killed at",
        arguments: [
            "delivered", "claimed", "begun", "extracting", "opened", "copying", "copied",
            "recorded",
            "committing", "committed", "marked", "announced", "acknowledged",
        ]
    )
    func killed(_ step: String) async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 1, calls: 300)
        try await Self.prepare(harbour)
        let folder = try Self.pipeline(harbour, Self.table)
        let worker = try guarded.program("worker").with(["HASTE": "5"])
        let loader = try worker.start(["worker", "--slots", "2", "--pool", "default"])
        // The export's own worker dies while it computes, or while it delivers.
        let nth = ["extracting", "copying"].contains(step) ? 1 : 2
        let doomed = try worker.with(["FAULT_AT": "\(step):\(nth):kill"])
            .start(["worker", "--slots", "1", "--pool", "out"])
        let load = try guarded.program("coordinator").with(["HASTE": "5"])
            .start(["load", folder, "--periods", "2024-01"])
        let died = try await doomed.finish()
        #expect(died.exitCode == -1, "\(died.errors)")
        let second = try worker.start(["worker", "--slots", "1", "--pool", "out"])
        let end = try await load.finish()
        #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
        // A load that needed no second worker may end before that one hears signals.
        second.signal(SIGTERM)
        _ = try await second.finish()
        loader.signal(SIGTERM)
        let stopped = try await loader.finish()
        #expect(stopped.exitCode == 0, "\(stopped.errors)")
        let rows = try await harbour.ask(
            "select row_to_json(a)::text from app.agents a order by agent_id"
        )
        #expect(try await rows == Self.expected(harbour))
        let states = try await harbour.ask("select distinct state from longshore.effect")
        #expect(states == ["delivered"])
    }
}
