import Endpoints
import Foundation
import TestSupport
import Testing
import Torture

/// Secrets and row values that must be seen nowhere but where they belong.
@Suite("Canaries", .serialized)
struct CanaryTests {
    /// Of the servers' accounts, of sources' URLs, in the environment, in the path of a secret's file.
    private static let secrets = [
        "canary-all-servers-q1", "canary-crm-password-q2", "canary-dead-host-q3",
        "canary-plain-url-q4", "canary-variable-q5", "canary-fallback-q6", "canary-rotated-q7",
        "canary-unused-q8", "canary-bad-scheme-q9", "canary-bad-port-q10", "canary-option-q11",
        "canary-user-q12",
    ]
    private static let values = [
        "canaryrow-decimal-r1", "canaryrow-date-r2", "canaryrow-key-r3", "canaryrow-unknown-r4",
        "canaryrow-long-r5",
    ]

    @Test("no secret and no row value is in a log, a message, a metric, in Redis or in the ledger")
    func nowhere() async throws {
        let harbour = try await Harbour.open()
        let tap = try await BrokerTap.open()
        let accounts = try await Accounts.make(
            for: harbour,
            role: "coordinator",
            password: Self.secrets[0]
        )
        try writeOrders(in: harbour.data)
        let program = harbour.program.with(try accounts.urls(password: Self.secrets[0]))
            .with([
                "CRM_PASSWORD": Self.secrets[1], "DEAD_URL": dead, "UNUSED": Self.secrets[7],
                "CANARY_TOKEN": Self.secrets[4], "OPTION": Self.secrets[10],
                "MALFORMED_URL": "\(Self.secrets[5]) is none", "LONGSHORE_LOG": "trace",
            ])
        let worker = try program.start(["worker", "--attempts", "1", "--source-patience", "1 s"])
        var seen = ""
        for name in ["rows", "mart", "password", "dead", "plain", "malformed", "option"] {
            let folder = try writePipeline(name, harbour)
            for command in ["check", "load"] {
                let run = try await program.run(command, folder)
                seen += run.output + run.errors
                let isGood = name == "rows"
                #expect(command == "check" || (run.exitCode == 0) == isGood, "\(run.errors)")
            }
        }
        for (name, url) in Self.brokenURLs {
            let run = try await program.with([name: url]).run("status")
            #expect(run.exitCode != 0, "\(name)")
            seen += run.output + run.errors
        }
        for arguments in [
            ["status"], ["metrics"], ["why", "2.0"], ["dead"], ["dead", "show", "2.0"],
        ] {
            let run = try await program.start(arguments).finish()
            seen += run.output + run.errors
        }
        let metrics = try await tap.metrics()
        let queue = "\(try await harbour.queuePrefix()).tasks.default"
        #expect(metrics.contains(queue))
        worker.signal(SIGTERM)
        let end = try await worker.finish()
        #expect(end.exitCode == 0)
        seen += end.output + end.errors
        let rejects = try await harbour.ask("select count(*) from longshore.reject")
        #expect(rejects == ["10"])
        try await expectNone(in: seen, "what the program wrote")
        let messages = try await tap.close()
        // The tap heard this fleet's tasks.
        let deliveries = messages.filter {
            $0.hasPrefix("deliver.\(queue) ")
        }
        #expect(deliveries.count >= 7)
        #expect(deliveries.contains { $0.contains("\"ordinal\"") })
        try await expectNone(in: messages.joined(separator: "\n"), "the broker's messages")
        try await expectNone(in: metrics, "the broker's metrics")
        try await expectNone(
            in: try await Traces.ledger { try await harbour.ask($0) },
            "the ledger"
        )
        let redis = try await Traces.redis(fleet: harbour.fleet) { try await accounts.redis($0) }
        try await expectNone(in: redis, "Redis")
        try await accounts.remove()
    }

    private func expectNone(in text: String, _ place: String) async throws {
        #expect(!text.isEmpty, "\(place)")
        for canary in Self.secrets + Self.values {
            #expect(!text.contains(canary), "\(canary) is in \(place)")
        }
    }

    // MARK: Failures of every kind

    private var dead: String { "postgres://crm:\(Self.secrets[2])@127.0.0.1:9/crm" }

    private static let brokenURLs = [
        ("LONGSHORE_POSTGRES_URL", "postgrez://u:\(secrets[8])@127.0.0.1/x"),
        ("LONGSHORE_AMQP_URL", "amqp://u:\(secrets[9])@127.0.0.1:99999999/"),
        ("LONGSHORE_REDIS_URL", "redis://u:\(secrets[6])@far.example/0"),
        ("LONGSHORE_POSTGRES_URL", "postgres://u:\(secrets[11])@127.0.0.1:9/x"),
    ]

    private func writeOrders(in folder: String) throws {
        let good = (1...40).map { "\($0),2024-01-02,1.50,ok,\(Self.values[4])" }
        let bad = [
            "101,2024-01-02,\(Self.values[0]),ok,x", "102,\(Self.values[1]),1.50,ok,x",
            "\(Self.values[2]),2024-01-02,1.50,ok,x", "104,2024-01-02,1.50,\(Self.values[3]),x",
            "105,2024-01-02,1.50,\(Self.values[4]),much,too,long",
        ]
        try (["id,day,amount,state,note"] + good + bad).joined(separator: "\n")
            .write(toFile: folder + "/orders.csv", atomically: true, encoding: .utf8)
    }

    /// A pipeline whose source is wrong in the way that `name` says.
    private func writePipeline(_ name: String, _ harbour: Harbour) throws -> String {
        let server = try ConnectionURL(harbour.databaseURL)
        let place = "\(server.host):\(server.port ?? 0)/\(server.path)"
        let sources = [
            "rows": "files: \"\(harbour.data)\"",
            "mart": "files: \"\(harbour.data)\"",
            "password": "postgres: \"postgres://nobody:${CRM_PASSWORD}@\(place)\"",
            "dead": "postgres: \"${DEAD_URL}\"",
            "plain": "postgres: \"postgres://u:${CANARY_TOKEN}@far.example/x?sslmode=disable\"",
            "malformed": "postgres: \"${MALFORMED_URL}\"",
            "option": "postgres: \"postgres://u:p@\(place)?bogus=${OPTION}\"",
        ]
        let query =
            "select 1 as id, date '2024-01-01' as day, 1.5 as amount, 'ok' as state, 'x' as note"
        let extract =
            ["rows", "mart"].contains(name)
            ? "source: drops, csv: orders.csv" : "source: drops, query: \"\(query)\""
        let folder = "\(harbour.data)/canary-\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What Postgres refuses while it reads rows: its message has the value.
        try "select sum(note::integer) as total from fact_order"
            .write(toFile: folder + "/sums.sql", atomically: true, encoding: .utf8)
        try """
        pipeline: canary_\(name)
        warehouse: { schema: canary_\(name) }
        sources:
          drops: { \(sources[name] ?? "") }
        facts:
          order:
            from: { \(extract) }
            grain: [id]
            expect: { rejects: { max: 90% } }
            columns:
              id: { type: integer, required: true }
              day: { type: date, required: true }
              amount: { type: "decimal(9,2)" }
              state: { type: text, one_of: [ok] }
              note: { type: text }
        \(name == "mart" ? "marts: { sums: { sql: sums.sql } }" : "")

        """
        .write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        return folder
    }
}
