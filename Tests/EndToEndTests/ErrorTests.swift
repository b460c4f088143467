import Endpoints
import Foundation
import LocalStack
import Testing

/// What a user sees when something is wrong.
@Suite("Errors a user can act on")
struct ErrorTests {
    @Test("five mistakes are five diagnostics, each at its line and column")
    func fiveMistakes() async throws {
        let harbour = try await Harbour.open()
        let folder = harbour.data + "/broken"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let text = """
            pipeline: broken
            warehouse: { schema: broken }
            sources:
              drops: { files: data }
            dimensions:
              team:
                from: { source: dropz, csv: teams.csv }
                key: code
                columns:
                  code: { type: txt, required: true }
                  name: { type: text, clean: [trimm] }
            facts:
              call:
                from: { source: drops, csv: calls.csv }
                grain: [call_id]
                columns:
                  call_id: { type: text, required: true }
                  team: { references: tem, from: team }
                  size: { type: integer, min: 9, max: 1 }

            """
        try text.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let run = try await harbour.program.run("check", folder)
        #expect(run.exitCode == 65)
        for place in ["7:21", "10:21", "11:35", "18:27", "19:"] {
            #expect(run.errors.contains("pipeline.yaml:\(place)"), "\(run.errors)")
        }
        #expect(run.errors.contains("5 errors"))
    }

    @Test(
        "a value for a parameter is told from its name by the first `=`, whatever joins that",
        arguments: [
            ("a\u{600}=1", "the pipeline has no parameter `a"),
            ("a=\u{301}", "the pipeline has no parameter `a`"),
            ("a", "has no `=`"),
        ]
    )
    func settings(setting: String, told: String) async throws {
        let harbour = try await Harbour.open()
        let run = try await harbour.program.run(
            "check",
            Harbour.pipelines + "/invoices",
            "--set",
            setting
        )
        #expect([64, 65].contains(run.exitCode))
        #expect(run.errors.contains(told), "\(run.errors)")
    }

    @Test("a definition without a problem is counted in words, one fact in the singular")
    func noProblem() async throws {
        let harbour = try await Harbour.open()
        let folder = harbour.data + "/right"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let text = """
            pipeline: right
            sources:
              drops: { files: data }
            facts:
              call:
                from: { source: drops, csv: calls.csv }
                grain: [call_id]
                columns:
                  call_id: { type: text, required: true }

            """
        try text.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let run = try await harbour.program.run("check", folder)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output == "right: 0 dimensions, 1 fact, 0 marts; no problem found\n")
    }

    @Test("a missing file fails its task with the file's name, and nothing is half loaded")
    func missingFile() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 200, bad: "0%")
        try FileManager.default.removeItem(atPath: harbour.data + "/clients.csv.gz")
        let run = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--workers",
            "2"
        )
        #expect(run.exitCode == 1)
        #expect(run.output.contains("clients.csv.gz"), "\(run.output)\(run.errors)")
        #expect(
            run.output.contains(
                "not run, because they need what failed or was cancelled: fact_call 2024-01"
            )
        )
        #expect(try await harbour.ask("select count(*) from callcenter.fact_call") == ["0"])
        #expect(
            try await harbour.ask("select count(*) from callcenter.dim_client where client_key > 0")
                == ["0"]
        )
    }

    @Test(
        "a server that stays away is awaited for a while, then one clear line and exit code 69",
        arguments: [
            ("LONGSHORE_AMQP_URL", "amqp://u:p@127.0.0.1:1/", "RabbitMQ"),
            ("LONGSHORE_POSTGRES_URL", "postgres://u:p@127.0.0.1:1/x", "Postgres"),
        ]
    )
    func deadServer(_ variable: String, _ url: String, _ name: String) async throws {
        let harbour = try await Harbour.open()
        let run = try await harbour.program
            .with([variable: url, "LONGSHORE_START_PATIENCE": "1 s"])
            .run("load", Harbour.pipeline("invoices"), "--workers", "1")
        #expect(run.exitCode == 69, "\(run.errors)")
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 2, "\(run.errors)")
        #expect(lines.first?.hasPrefix("waiting up to 1 s for \(name): ") == true, "\(run.errors)")
        #expect(lines.last?.hasPrefix("error: \(name): ") == true, "\(run.errors)")
        let loads = try await harbour.ask("select count(*) from pg_class where relname = 'load'")
        guard loads != ["0"] else { return }
        #expect(try await harbour.ask("select count(*) from longshore.load") == ["0"])
    }

    @Test("a standby is refused in words")
    func standby() async throws {
        let directory = "/var/tmp/longshore-standby-\(UInt64.random(in: 0...(.max)))"
        let stack = LocalStack(directory: directory)
        do {
            _ = try await stack.up()
            try await stack.down()
            let store = directory + "/data/postgres/store/"
            let owner = try FileManager.default.attributesOfItem(atPath: store + "PG_VERSION")
            let isMade = FileManager.default.createFile(
                atPath: store + "standby.signal",
                contents: nil,
                attributes: owner.filter { [.ownerAccountID, .posixPermissions].contains($0.key) }
            )
            #expect(isMade)
            let addresses = try await stack.up()
            let program = Program(
                environment: [
                    "LONGSHORE_AMQP_URL": addresses.amqp.revealed,
                    "LONGSHORE_POSTGRES_URL": addresses.postgres.revealed,
                    "LONGSHORE_REDIS_URL": addresses.redis.revealed,
                ],
                folder: directory
            )
            let run = try await program.run("load", Harbour.pipeline("invoices"), "--workers", "1")
            #expect(run.exitCode == 65, "\(run.errors)")
            #expect(run.errors.contains("the warehouse is a standby"), "\(run.errors)")
        } catch {
            try? await stack.down(removingData: true)
            throw error
        }
        try await stack.down(removingData: true)
    }

    @Test("it is said at the start that connections may go unencrypted")
    func plaintext() async throws {
        let harbour = try await Harbour.open()
        for (value, isSaid) in [("1", true), ("0", false)] {
            let run = try await harbour.program.with(["LONGSHORE_ALLOW_PLAINTEXT": value])
                .run("status")
            #expect(run.exitCode == 0, "\(run.errors)")
            #expect(run.errors.contains("LONGSHORE_ALLOW_PLAINTEXT=1") == isSaid, "\(run.errors)")
        }
    }

    @Test("a wrong password is one clear line that does not show it")
    func wrongPassword() async throws {
        let harbour = try await Harbour.open()
        let wrong = harbour.databaseURL.replacing(
            try Regex("://([^:]+):[^@]+@"),
            with: { "://\($0.output[1].substring ?? "")" + ":canary-secret@" }
        )
        let run = try await harbour.program.with(["LONGSHORE_POSTGRES_URL": wrong])
            .run("load", Harbour.pipeline("invoices"), "--workers", "1")
        #expect(run.exitCode == 69, "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.errors.contains("password"))
        #expect(!run.errors.contains("canary-secret"))
    }
}
