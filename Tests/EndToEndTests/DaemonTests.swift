import Foundation
import TestSupport
import Testing

/// Loads that nobody waits for in the foreground.
@Suite("Detached loads", .serialized)
struct DaemonTests {
    @Test("a detached load is taken up by a coordinator, and by another when that one is killed")
    func takeover() async throws {
        let harbour = try await Harbour.open().hasty
        try await harbour.generateCalls(months: 3, calls: 3_000)
        let detached = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01..2024-03",
            "--detach"
        )
        #expect(detached.exitCode == 0, "\(detached.errors)")
        #expect(detached.output.contains("longshore status 1"))

        let first = try harbour.program.start(["coordinator"])
        await eventually(within: .seconds(30), "the first coordinator publishes") {
            let published = try? await harbour.ask(
                "select count(*) > 0 from longshore.task where state <> 'waiting'"
            )
            return published == ["t"]
        }
        first.signal(SIGKILL)
        _ = try await first.finish()

        let second = try harbour.program.start(["coordinator"])
        let worker = try harbour.program.start(["worker", "--slots", "2"])
        await eventually(within: .seconds(60), "the second coordinator ends the load") {
            (try? await harbour.ask("select state from longshore.load")) == ["loaded"]
        }
        #expect(try await harbour.ask("select epoch >= 2 from longshore.load") == ["t"])
        let tasks = try await harbour.ask("select count(*) from longshore.task")
        let queue = "\(try await harbour.queuePrefix()).tasks.default"
        await eventually(within: .seconds(30), "the metrics tell what became of every task") {
            let metrics = try? await harbour.program.run("metrics").output
            return [
                #"longshore_up{server="rabbitmq"} 1"#,
                #"longshore_loads{pipeline="callcenter",state="loaded"} 1"#,
                #"longshore_periods{table="callcenter.fact_call",state="loaded"} 3"#,
                #"longshore_queue_messages{queue="\#(queue)"} 0"#,
                #"result="loaded"} \#(tasks[0])"#,
            ]
            .allSatisfy { metrics?.contains($0 + "\n") ?? false }
        }
        for process in [second, worker] {
            process.signal(SIGTERM)
            let end = try await process.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
    }

    @Test("a load in the foreground is its own, however fast coordinators are")
    func foreground() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 300)
        let daemons = try (0..<2).map { _ in try harbour.program.start(["coordinator"]) }
        for _ in 0..<4 {
            let load = try await harbour.program.run(
                "load",
                Harbour.pipeline("callcenter"),
                "--periods",
                "2024-01",
                "--workers",
                "1"
            )
            #expect(load.exitCode == 0, "\(load.errors)")
            #expect(load.output.contains("loaded in"))
        }
        for daemon in daemons {
            daemon.signal(SIGTERM)
            #expect(try await daemon.finish().exitCode == 0)
        }
    }

    @Test(
        "eight paused loads hold no place of a coordinator: a ninth runs, and they do when resumed"
    )
    func pausedLoads() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 200)
        func detach() async throws {
            let load = try await harbour.program.run(
                "load",
                Harbour.pipeline("callcenter"),
                "--periods",
                "2024-01",
                "--detach"
            )
            #expect(load.exitCode == 0, "\(load.errors)")
        }
        func state(_ load: Int) async -> [String]? {
            try? await harbour.ask("select state from longshore.load where id = \(load)")
        }
        for load in 1...8 {
            try await detach()
            let pause = try await harbour.program.run("pause", String(load))
            #expect(pause.exitCode == 0, "\(pause.errors)")
        }
        let coordinator = try harbour.program.start(["coordinator", "--loads", "8"])
        let worker = try harbour.program.start(["worker", "--slots", "2"])
        await eventually(within: .seconds(30), "all of them rest, and the metrics say so") {
            let metrics = try? await harbour.program.run("metrics").output
            return [
                #"longshore_running_loads{state="resting"} 8"#,
                #"longshore_running_loads{state="waiting"} 0"#, #"state="free"} 8"#,
            ]
            .allSatisfy { metrics?.contains($0 + "\n") ?? false }
        }
        try await detach()
        await eventually(within: .seconds(60), "the ninth runs") { await state(9) == ["loaded"] }
        let resume = try await harbour.program.run("resume", "3", "--detach")
        #expect(resume.exitCode == 0, "\(resume.errors)")
        await eventually(within: .seconds(60), "the third runs") { await state(3) != ["running"] }
        // What somebody has paused stays as it is.
        #expect(await state(4) == ["running"])
        for process in [coordinator, worker] {
            process.signal(SIGTERM)
            let end = try await process.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
        #expect(try await harbour.ask("select count(*) from longshore.coordinator") == ["0"])
    }

    @Test("why tells that a load waits for a place, and whose places are taken")
    func noPlace() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 200)
        let load = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--detach"
        )
        #expect(load.exitCode == 0, "\(load.errors)")
        _ = try await harbour.ask(
            "insert into longshore.coordinator values ('a', 8, 8, now() + interval '1 hour') returning name"
        )
        let why = try await harbour.program.run("why", "1.0")
        #expect(
            why.output.contains(
                """
                  nobody coordinates load 1 yet: all 8 places of 1 coordinator are taken, and 1 load \
                waits for one
                    → longshore coordinator --loads 16
                """
            ),
            "\(why.output)"
        )
    }

    @Test("a worker without the folder kills no load, a file that comes late is loaded")
    func awaitedSources() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 200)
        let late = harbour.data + "/late"
        try FileManager.default.moveItem(atPath: harbour.data + "/agents.csv.gz", toPath: late)
        let poor = try harbour.program.with(["DATA_DIR": "/nowhere"])
            .start(["worker", "--slots", "2"])
        let load = try harbour.program.start(
            ["load", Harbour.pipeline("callcenter"), "--periods", "2024-01"]
        )
        await eventually(within: .seconds(30), "the load says what it waits for") {
            load.errorsSoFar.contains("wait for what is not there since")
        }
        let why = try await harbour.program.run("why", "1.0")
        #expect(why.output.contains("its source is not there since"), "\(why.output)")
        let rich = try harbour.program.start(["worker", "--slots", "2"])
        await eventually(within: .seconds(50), "the other worker finds what is there") {
            (try? await harbour.ask("select count(*) > 1 from longshore.task where state = 'done'"))
                == ["t"]
        }
        try FileManager.default.moveItem(atPath: late, toPath: harbour.data + "/agents.csv.gz")
        let end = try await load.finish()
        #expect(end.exitCode == 0, "\(end.errors)")
        #expect(try await harbour.ask("select sum(failures) from longshore.task") == ["0"])
        for process in [poor, rich] {
            process.signal(SIGTERM)
            _ = try await process.finish()
        }
    }

    @Test("after a retry that succeeded there is no dead letter, and a load without Redis loads")
    func settledLetters() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 200)
        let late = harbour.data + "/late"
        try FileManager.default.moveItem(atPath: harbour.data + "/agents.csv.gz", toPath: late)
        let program = harbour.program.with(["LONGSHORE_REDIS_URL": "redis://127.0.0.1:1/0"])
        let failed = try await program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--workers",
            "2"
        )
        #expect(failed.exitCode == 1, "\(failed.errors)")
        #expect(failed.errors.contains("warning: Redis: "), "\(failed.errors)")
        #expect(failed.output.contains("it was awaited for"), "\(failed.output)")
        #expect(try await program.run("dead").output.contains("1."))
        try FileManager.default.moveItem(atPath: late, toPath: harbour.data + "/agents.csv.gz")
        let retry = try await program.run("retry", "1")
        #expect(retry.exitCode == 0, "\(retry.errors)")
        let resumed = try await program.run("resume", "1", "--workers", "2")
        #expect(resumed.exitCode == 0, "\(resumed.errors)")
        let metrics = try await program.run("metrics").output
        #expect(
            metrics.contains(#/longshore_queue_messages\{queue="[^"]*\.dead"\} 0\n/#),
            "\(metrics)"
        )
        #expect(try await program.run("dead").output == "No dead letter.\n")
    }

    @Test("two workers that are stopped with SIGTERM in the middle leave a load that ends right")
    func rollingUpdate() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 4, calls: 20_000)
        let load = try harbour.program.start(
            ["load", Harbour.pipeline("callcenter"), "--periods", "2024-01..2024-04"]
        )
        for step in ["copying", "copied"] {
            let worker = try harbour.program.with(["FAULT_AT": "\(step):4:term"])
                .start(["worker", "--slots", "1"])
            let end = try await worker.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
        let last = try harbour.program.start(["worker", "--slots", "2"])
        let end = try await load.finish()
        #expect(end.exitCode == 0, "\(end.errors)")
        last.signal(SIGTERM)
        _ = try await last.finish()
        let failures = try await harbour.ask(
            "select sum(failures), sum(crashes) from longshore.task"
        )
        #expect(failures == ["0|0"])
    }

    @Test("the pipeline that init writes loads as it is")
    func starter() async throws {
        let harbour = try await Harbour.open()
        let folder = harbour.data + "/shop"
        let program = harbour.program.with(["DATA_DIR": ""])
        let made = try await program.run("init", folder)
        #expect(made.exitCode == 0, "\(made.errors)")
        let load = try await program.run("load", folder, "--workers", "1", "--json")
        #expect(load.exitCode == 0, "\(load.errors)")
        #expect(try await harbour.ask("select count(*) from shop.fact_order") == ["2"])
        let rejects = try await harbour.ask("select line, column_name, rule from longshore.reject")
        #expect(rejects == ["4|amount|min"])
        let again = try await program.run("load", folder, "--workers", "1")
        #expect(again.output.hasPrefix("Nothing is due"), "\(again.output)")
    }
}
