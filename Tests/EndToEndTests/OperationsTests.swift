import Foundation
import Testing

/// What people do to a warehouse between loads, by the built binary on real servers.
@Suite("Operating a warehouse", .serialized)
struct OperationsTests {
    @Test("periods are added, closed, refused, opened again and loaded when they are stale")
    func periods() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 2, calls: 500)
        let pipeline = Harbour.pipeline("callcenter")
        let early = try await program.run("periods", "add", pipeline, "2024-01..2024-02")
        #expect(early.exitCode == 0, "\(early.errors)")
        #expect(
            early.output == """
                table      period   state
                fact_call  2024-01  pending
                fact_call  2024-02  pending

                """
        )
        let loaded = try await program.run(
            "load",
            pipeline,
            "--periods",
            "2024-01..2024-02",
            "--workers",
            "2"
        )
        #expect(loaded.exitCode == 0, "\(loaded.errors)")

        let closed = try await program.run(
            "periods",
            "close",
            "callcenter",
            "2024-01",
            "--reason",
            "audited"
        )
        #expect(closed.exitCode == 0, "\(closed.errors)")
        let refused = try await program.run("load", pipeline, "--periods", "2024-01")
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("the period `2024-01` of `fact_call` is closed (audited)"))
        let listed = try await program.run("periods", "callcenter")
        #expect(listed.output.contains("audited ("))

        let none = try await program.run("load", pipeline, "--stale")
        #expect(none.output.hasPrefix("No period of callcenter is stale."))
        _ = try await harbour.ask(
            "update longshore.control set state = 'stale' where period = '2024-02'"
        )
        let stale = try await program.run("load", pipeline, "--stale", "--workers", "1")
        #expect(stale.exitCode == 0, "\(stale.errors)")
        let newest = "select periods::text from longshore.load order by id desc limit 1"
        #expect(try await harbour.ask(newest) == ["{2024-02}"])

        let opened = try await program.run("periods", "open", "callcenter", "2024-01")
        #expect(opened.output.hasSuffix("fact_call  2024-01  loaded\n"))
        let before = try await program.run("plan", pipeline, "--periods", "2023-12")
        #expect(before.exitCode == 64)
        #expect(before.errors.contains("`2023-12` is not a period of the pipeline"))
        _ = try await program.run("periods", "add", "callcenter", "2023-12")
        #expect(try await program.run("plan", pipeline, "--periods", "2023-12").exitCode == 0)
        let due = try await program.run("plan", pipeline)
        #expect(due.exitCode == 0)
        #expect(due.output.contains("2023-12"), "\(due.output) \(due.errors)")
        let unknown = try await program.run("periods", "close", "callcentre", "2024-01")
        #expect(unknown.exitCode == 64)
        #expect(unknown.errors.contains("no pipeline called `callcentre` has been loaded"))
    }

    @Test(
        "a closed period is left out of a load that names none, and one that a load has is not closed"
    )
    func closedPeriods() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 100)
        let pipeline = Harbour.pipeline("callcenter")
        let loading = ["load", pipeline, "--workers", "2"]
        let loaded = try await program.start(loading + ["--periods", "2024-01"]).finish()
        #expect(loaded.exitCode == 0, "\(loaded.errors)")
        let before = try await harbour.checksums("callcenter")
        _ = try await harbour.ask(
            "update longshore.control set state = 'stale' where kind = 'fact'"
        )
        let closed = try await program.run("periods", "close", "callcenter", "2024-01")
        #expect(closed.exitCode == 0, "\(closed.errors)")
        let none = try await program.run("load", pipeline, "--stale")
        #expect(none.output.hasPrefix("No period of callcenter is stale."))
        #expect(try await harbour.checksums("callcenter") == before)

        let waiting = try await program.run("load", pipeline, "--periods", "2024-02", "--detach")
        #expect(waiting.exitCode == 0, "\(waiting.errors)")
        let refused = try await program.run("periods", "close", "callcenter", "2024-02")
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("cannot be closed: load 2 is running and has claimed it"))
    }

    @Test("rejects are shown, exported and waived; what is no open reject is an error")
    func rejects() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 1_000, bad: "2%")
        let loaded = try await program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--workers",
            "2"
        )
        #expect(loaded.exitCode == 0, "\(loaded.errors)")
        let counts = "select count(*) from longshore.reject where table_name = 'fact_call'"
        let total = try #require(try await harbour.ask(counts + " and state = 'open'").first)
        let number = try #require(
            try await harbour.ask("select min(id) from longshore.reject").first
        )
        let shown = try await program.run("rejects", "show", number)
        #expect(shown.output.hasPrefix("reject \(number) of callcenter.fact_call 2024-01: open\n"))

        let file = harbour.data + "/rejects.csv"
        let exported = try await program.run(
            "rejects",
            "export",
            "--table",
            "fact_call",
            "--file",
            file
        )
        #expect(exported.errors == "\(total) rejects written to \(file)\n")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let sheet = String(decoding: bytes, as: UTF8.self)
        #expect(sheet.hasPrefix("call_id,"))
        #expect(sheet.contains(",reject_rule,reject_reason,"))
        let printed = try await program.run("rejects", "export", "--rule", "required")
        #expect(printed.output.hasPrefix("call_id,"), "\(printed.errors)")

        let careless = try await program.run("rejects", "waive", "--reason", "because")
        #expect(careless.exitCode == 64)
        let waived = try await program.run("rejects", "waive", number, "--reason", "known")
        #expect(waived.output == "1 reject waived\n", "\(waived.errors)")
        let again = try await program.run("rejects", "waive", number, "--reason", "known")
        #expect(again.exitCode == 64)
        #expect(again.errors.contains("not open, or no such reject: `\(number)`"))
        let anywhere = try await program.run(
            "rejects",
            "waive",
            "--period",
            "2024-01",
            "--reason",
            "known"
        )
        #expect(anywhere.exitCode == 64)
        #expect(anywhere.errors.contains("say of which pipeline: `--pipeline NAME`"))
        let rest = try await program.run(
            "rejects",
            "waive",
            "--pipeline",
            "callcenter",
            "--period",
            "2024-01",
            "--reason",
            "known"
        )
        #expect(rest.output == "\((Int(total) ?? 0) - 1) rejects waived\n")
        #expect(try await harbour.ask(counts + " and state = 'open'") == ["0"])
    }

    @Test("a call is traced to its file, and a table that nobody loads is an error")
    func trace() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 100)
        let loaded = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--workers",
            "2"
        )
        #expect(loaded.exitCode == 0, "\(loaded.errors)")
        let call = try #require(
            try await harbour.ask("select min(call_id) from callcenter.fact_call").first
        )
        let traced = try await harbour.program.run("trace", "fact_call", call)
        #expect(traced.output.hasPrefix("fact_call `\(call)`: 1 row\n"), "\(traced.errors)")
        #expect(traced.output.contains("    input       calls_2024-01.csv.gz ("))
        #expect(traced.output.contains(", attempt 1\n"))
        let mart = try await harbour.program.run("trace", "mart_agent_month", "2024-01")
        #expect(
            mart.output.hasPrefix("mart_agent_month `2024-01`\n\n  came from\n"),
            "\(mart.errors)"
        )
        #expect(mart.output.contains("    reads       dim_agent, written last by load 1\n"))
        let missing = try await harbour.program.run("trace", "fact_call", "nobody")
        #expect(missing.exitCode == 65)
        #expect(missing.errors.contains("no row of `callcenter.fact_call` has the key `nobody`"))
        let unknown = try await harbour.program.run("trace", "fact_cal", call)
        #expect(unknown.exitCode == 65)
        #expect(unknown.errors.contains("no pipeline loads such a table"))
    }
}
