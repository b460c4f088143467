import Foundation
import Testing

/// What the commands say, by the built binary.
@Suite("What commands say")
struct CommandWordsTests {
    private struct Status: Decodable {
        struct Named: Decodable { var name: String }
        struct Problem: Decodable { var server: String }
        var workers: [Named]?
        var coordinators: [Named]
        var problems: [Problem]
    }

    private struct Outcome: Decodable {
        struct Totals: Decodable { var read: Int }
        struct Problem: Decodable { var exitCode: Int }
        struct Task: Decodable { var state: String }
        var load: Int?
        var state: String
        var pipeline: String
        var periods: String?
        var createdAt: String?
        var tasks: [Task]
        var totals: Totals
        var error: Problem?
    }

    private func decode<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(text.utf8))
    }

    @Test(
        "a pipeline that nobody knows is refused by every command that takes its name",
        arguments: [
            "periods", "periods list", "rejects list", "rejects list --pipeline", "rejects export",
            "rejects waive --reason x --pipeline", "rejects replay", "pause", "cancel", "retry",
            "resume", "exports list", "exports retry",
        ]
    )
    func unknownPipeline(_ command: String) async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 20)
        let load = ["load", Harbour.pipeline("callcenter"), "--periods", "2024-01", "--detach"]
        #expect(try await program.start(load).finish().exitCode == 0)
        let words = command.split(separator: " ").map(String.init)
        let run = try await program.start(words + ["callcentre"]).finish()
        #expect(run.exitCode == 64, "\(run.output)\(run.errors)")
        #expect(run.errors.contains("(did you mean `callcenter`?)"), "\(run.errors)")
    }

    @Test("periods without an end are judged up to today; a load that names its own goes on")
    func openRule() async throws {
        let harbour = try await Harbour.open()
        let files = [
            "pipeline.yaml": """
            pipeline: days
            period: { grain: day, start: 1700-01-01 }
            sources: { drops: { files: "${DATA_DIR}" } }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [id]
                columns:
                  id: { type: text, required: true }
                  sold_on: { type: date, required: true }

            """, "sales_2024-01-05.csv": "id,sold_on\ns1,2024-01-05\n",
        ]
        for (name, text) in files {
            try text.write(toFile: harbour.data + "/" + name, atomically: true, encoding: .utf8)
        }
        let words = "and a pipeline has at most 100,000 periods"
        let load = ["load", ".", "--workers", "1"]
        for (command, code) in [(["check", "."], Int32(65)), (load, 64)] {
            let run = try await harbour.program.start(command).finish()
            #expect(run.exitCode == code, "\(run.output)\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
        let named = try await harbour.program.start(load + ["--periods", "2024-01-05"]).finish()
        #expect(named.exitCode == 0, "\(named.output)\(named.errors)")
    }

    @Test(
        "without Redis the workers are not known, which is something else than that there are none"
    )
    func redisDown() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program.with(["LONGSHORE_REDIS_URL": "redis://127.0.0.1:1"])
        let run = try await program.run("status")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.contains("Workers are not known: Redis does not answer."))
        #expect(run.output.contains("Redis does not answer, so the workers are not known: "))
        #expect(!run.output.contains("No worker process is registered."))
        let json = try decode(try await program.run("status", "--json").output, as: Status.self)
        #expect(json.workers == nil)
        #expect(json.problems.map(\.server) == ["Redis"])
    }

    @Test("without RabbitMQ the status says so")
    func brokerDown() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program.with(["LONGSHORE_AMQP_URL": "amqp://u:p@127.0.0.1:1/"])
        let run = try await program.run("status")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.contains("RabbitMQ does not answer"), "\(run.output)")
        #expect(run.output.hasSuffix("No worker process is registered.\n"))
    }

    @Test("the status for machines has workers and coordinators")
    func statusForMachines() async throws {
        let harbour = try await Harbour.open()
        let status = try decode(
            try await harbour.program.run("status", "--json").output,
            as: Status.self
        )
        #expect(status.workers?.isEmpty == true)
        #expect(status.coordinators.isEmpty)
        #expect(status.problems.isEmpty)
    }

    @Test("load --json is one object, also for a refusal, a load and when nothing is due")
    func loadForMachines() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 50)
        let refused = try await program.run("load", "nosuch", "--json")
        let refusal = try decode(refused.output, as: Outcome.self)
        #expect(refusal.state == "refused" && refusal.load == nil)
        #expect(refusal.error?.exitCode == Int(refused.exitCode) && refused.exitCode == 65)
        #expect(refusal.pipeline.hasPrefix("/") && refusal.pipeline.hasSuffix("/nosuch"))
        let load = ["load", Harbour.pipeline("callcenter"), "--json"]
        let unplanned = try await program.start(load + ["--plan", "12345678"]).finish()
        let unknown = try decode(unplanned.output, as: Outcome.self)
        #expect(unknown.state == "refused" && unknown.pipeline == "callcenter")
        let loaded =
            try await program.start(
                load + ["--periods", "2024-01", "--workers", "2"]
            )
            .finish()
        let end = try decode(loaded.output, as: Outcome.self)
        #expect(end.state == "loaded" && end.load == 1 && end.pipeline == "callcenter")
        #expect(end.totals.read > 50 && end.error == nil)
        #expect(end.createdAt?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
        let none = try await program.start(load + ["--stale"]).finish()
        #expect(try decode(none.output, as: Outcome.self).state == "nothing_due")
        try FileManager.default.removeItem(atPath: harbour.data + "/calls_2024-01.csv.gz")
        let failed =
            try await program.start(
                load + ["--periods", "2024-01", "--workers", "2"]
            )
            .finish()
        let failure = try decode(failed.output, as: Outcome.self)
        #expect(failure.state == "failed" && failure.error?.exitCode == 1, "\(failed.errors)")
        let detached =
            try await program.start(load + ["--periods", "2024-01", "--detach"]).finish()
        let written = try decode(detached.output, as: Outcome.self)
        #expect(written.state == "detached" && written.load == 3, "\(detached.errors)")
        #expect(written.periods == "2024-01" && written.createdAt != nil)
        #expect(written.tasks.count > 1 && written.tasks.allSatisfy { $0.state == "waiting" })
    }

    @Test("rejects for machines are all of them; of fewer it is said")
    func rejectsForMachines() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 4_000, bad: "5%")
        let load = [
            "load", Harbour.pipeline("callcenter"), "--periods", "2024-01", "--workers", "2",
        ]
        #expect(try await program.start(load).finish().exitCode == 0)
        let total = try await harbour.ask(
            "select count(*) from longshore.reject where state = 'open'"
        )
        let all = try await program.run("rejects", "list", "callcenter", "--json")
        let list = try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [[String: Any]]
        #expect(list.map { [String($0.count)] } == total)
        #expect((list?.count ?? 0) > 50)
        let some = try await program.run("rejects", "list", "callcenter", "--json", "--limit", "3")
        #expect(some.errors.contains("the first 3 of \(total[0]) rejects"), "\(some.errors)")
        let shown = try await program.run("rejects", "list", "callcenter")
        #expect(shown.output.contains("(the first 50 of \(total[0]) rejects; "), "\(shown.output)")
    }

    @Test("a load whose every row is refused tells the first rows and their rules, and no value")
    func allRefused() async throws {
        let harbour = try await Harbour.open()
        let folder = harbour.data + "/refused"
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        let text = """
            pipeline: refused
            sources: { drops: { files: data } }
            facts:
              f:
                from: { source: drops, csv: f.csv }
                grain: [id]
                columns: { id: { type: integer, required: true }, n: { type: integer } }
            """
        try text.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        try "id,n\n1,canary\n2\n3,secret\n4,more\n"
            .write(
                toFile: folder + "/data/f.csv",
                atomically: true,
                encoding: .utf8
            )
        let run = try await harbour.program.run("load", folder, "--workers", "1")
        #expect(run.exitCode == 1)
        #expect(
            run.output.contains(
                "first line 2 of `f.csv`: `n` breaks `integer`; line 3 of `f.csv`: it has 1 field, "
                    + "where the header has 2; line 4 of `f.csv`: `n` breaks `integer`"
            ),
            "\(run.output)"
        )
        #expect(!run.output.contains("canary") && !run.errors.contains("canary"))
    }
}

/// What is said where a server does not do what is asked.
@Suite("Servers that refuse")
struct ServerWordsTests {
    /// A login without a right to create anything, and its URL.
    private func stranger(in harbour: Harbour) async throws -> String {
        let name = "stranger_\(UInt32.random(in: 0...(.max)))"
        _ = try await harbour.ask("create role \(name) login password 'x'")
        return harbour.databaseURL.replacing(
            try Regex("://[^@]+@"),
            with: "://\(name):x@"
        )
    }

    @Test("the first error against a foreign Postgres names a command that works")
    func foreignPostgres() async throws {
        let harbour = try await Harbour.open()
        let url = try await stranger(in: harbour)
        let program = harbour.program.with(["LONGSHORE_POSTGRES_URL": url])
        let run = try await program.run("load", Harbour.pipeline("invoices"))
        #expect(run.exitCode == 65, "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.errors.contains("what `longshore roles` prints"), "\(run.errors)")
        #expect(try await program.run("roles").exitCode == 0)
    }

    @Test("metrics tell a missing permission from a server that is down")
    func metrics() async throws {
        let harbour = try await Harbour.open()
        #expect(try await harbour.program.run("ledger", "upgrade").exitCode == 0)
        let url = try await stranger(in: harbour)
        let wrong = harbour.program.with([
            "LONGSHORE_POSTGRES_URL": url, "LONGSHORE_REDIS_URL": "redis://127.0.0.1:1",
        ])
        let run = try await wrong.run("metrics")
        #expect(run.output.contains("longshore_up{server=\"postgres\"} 1\n"), "\(run.output)")
        #expect(run.output.contains("longshore_access{server=\"postgres\"} 0\n"))
        #expect(run.output.contains("longshore_up{server=\"redis\"} 0\n"))
        #expect(!run.output.contains("longshore_access{server=\"redis\"}"))
        #expect(run.errors.contains("postgres answers, but refuses this login: "), "\(run.errors)")
        let good = try await harbour.program.run("metrics")
        #expect(good.output.contains("longshore_access{server=\"postgres\"} 1\n"), "\(good.output)")
        #expect(good.errors.isEmpty)
    }

    @Test("doctor asks the servers whose URLs are set, and says which fails")
    func doctor() async throws {
        let harbour = try await Harbour.open()
        let good = try await harbour.program.run("doctor")
        for server in ["RabbitMQ", "Postgres", "Redis"] {
            #expect(good.output.contains(try Regex("good +\(server) +answers")), "\(good.output)")
        }
        let url = try await stranger(in: harbour)
        let run = try await harbour.program
            .with([
                "LONGSHORE_AMQP_URL": "amqp://u:p@127.0.0.1:1/", "LONGSHORE_POSTGRES_URL": url,
            ])
            .run("doctor")
        #expect(run.exitCode == 69)
        #expect(run.output.contains(#/problem +RabbitMQ +does not answer: /#), "\(run.output)")
        #expect(run.output.contains(#/problem +Postgres +has no ledger, and this login may not/#))
        #expect(run.output.contains("Postgres: have a superuser run what `longshore roles` prints"))
    }
}
