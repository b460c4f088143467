import Foundation
import TestSupport
import Testing

/// Steering loads that run, by the built binary on real servers.
@Suite("Steering", .serialized)
struct ControlTests {
    /// A source that never ends, one that gives a row of a byte each second, and one that is good.
    private static let slow = """
        pipeline: slow
        sources:
          db: { postgres: "${SOURCE_URL}" }
        facts:
          endless:
            from: { source: db, query: "select generate_series(1, 1000000000) as id, 1 as v" }
            grain: [id]
            limits: { total: 4 s }
            columns: { id: { type: integer }, v: { type: integer } }
          good:
            from: { source: db, query: "select 1 as id, 2 as v" }
            grain: [id]
            columns: { id: { type: integer }, v: { type: integer } }
          trickle:
            from: { source: db, query: "select generate_series(1, 100000) as id, length(pg_sleep(1)::text) as v" }
            grain: [id]
            limits: { idle: 2 s }
            columns: { id: { type: integer }, v: { type: integer } }
        marts:
          of_endless: { sql: of_endless.sql }
        """

    /// A source that takes as long as the worker's limit lets it.
    private static let long = """
        pipeline: long
        sources:
          db: { postgres: "${SOURCE_URL}" }
        facts:
          endless:
            from: { source: db, query: "select generate_series(1, 1000000000) as id, 1 as v" }
            grain: [id]
            columns: { id: { type: integer }, v: { type: integer } }
        """

    private func write(
        _ text: String,
        in harbour: Harbour,
        files: [String: String] = [:]
    ) throws
        -> String
    {
        let folder = harbour.data + "/pipeline"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        for (name, text) in files.merging(["pipeline.yaml": text], uniquingKeysWith: { $1 }) {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        return folder
    }

    private func isRunning(_ harbour: Harbour) async -> Bool {
        let sql = """
            select count(*) from pg_stat_activity
            where datname = current_database() and application_name like 'longshore 1.%'
                and xact_start is not null
            """
        return (try? await harbour.ask(sql)) != ["0"]
    }

    private func waitUntil(_ harbour: Harbour, isRunning expected: Bool) async -> Duration {
        let start = ContinuousClock.now
        await eventually(within: .seconds(60), "an attempt \(expected ? "runs" : "has ended")") {
            await isRunning(harbour) == expected
        }
        return .now - start
    }

    @Test("why tells of what was left to a newer load that was cancelled")
    func forsaken() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        let folder = try write(Self.long, in: harbour)
        for _ in 1...2 {
            #expect(try await program.run("load", folder, "--detach").exitCode == 0)
        }
        #expect(
            try await harbour.ask(
                "update longshore.task set state = 'superseded' where load_id = 1 returning ordinal"
            ) == ["0"]
        )
        let left = try await program.run("why", "1.0")
        #expect(
            left.output.contains("it is left to load 2, which is newer and owns fact_endless"),
            "\(left.output)\(left.errors)"
        )
        #expect(try await program.run("cancel", "2").exitCode == 0)
        let why = try await program.run("why", "1.0")
        #expect(
            why.output.contains(
                "it was left to load 2, which has ended as `cancelled` without it: no newer load has loaded "
                    + "fact_endless"
            ),
            "\(why.output)\(why.errors)"
        )
        #expect(why.output.contains("→ longshore load FOLDER"), "\(why.output)")
    }

    @Test("a running load is paused, resumed, explained, cancelled and tried again")
    func steering() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        let folder = try write(Self.long, in: harbour)
        let worker = try program.start(["worker", "--slots", "1", "--grace", "1 s"])
        let load = try program.start(["load", folder])
        _ = await waitUntil(harbour, isRunning: true)
        let running = try await program.run("why", "1.0")
        #expect(running.output.contains("1.0 fact_endless: published"), "\(running.errors)")
        #expect(running.output.contains(" runs it since "), "\(running.output)")

        let paused = try await program.run("pause", "long", "--now", "--reason", "the source moves")
        #expect(paused.output.contains("longshore resume long"), "\(paused.errors)")
        let untilPaused = await waitUntil(harbour, isRunning: false)
        #expect(untilPaused < .seconds(5), "a busy machine may take a little longer")
        let why = try await program.run("why", "1.0")
        #expect(why.output.contains("paused by "), "\(why.output)")
        #expect(why.output.contains("(long): the source moves"), "\(why.output)")
        #expect(why.output.contains("→ longshore resume long"))
        let status = try await program.run("status", "1")
        #expect(status.output.contains("load 1 of long: paused in"), "\(status.output)")
        #expect(status.output.contains("resume long"), "\(status.output)")
        let again = try await program.run("pause", "long")
        #expect(again.output.contains("is paused already"))
        await eventually("the progress of the load says that it is paused") {
            load.errorsSoFar.contains("load 1: paused by ")
        }
        #expect(
            load.errorsSoFar.contains("(the source moves); go on with: longshore resume long\n")
        )

        let resumed = try await program.run("resume", "long")
        #expect(resumed.output == "the pipeline `long` goes on\n", "\(resumed.errors)")
        _ = await waitUntil(harbour, isRunning: true)
        let led = try await program.run("resume", "1")
        #expect(led.exitCode == 64)
        #expect(led.errors.contains("error: load 1 is not paused, and `"), "\(led.errors)")

        let cancelled = try await program.run("cancel", "1", "--reason", "enough")
        #expect(cancelled.output.contains("load 1 is cancelled"), "\(cancelled.errors)")
        #expect(await waitUntil(harbour, isRunning: false) < .seconds(5))
        let end = try await load.finish()
        #expect(end.exitCode == 3)
        #expect(end.output.contains("load 1 of long: cancelled"), "\(end.output)")
        #expect(end.output.contains("longshore retry 1") || end.output.contains("retry 1"))
        #expect(
            try await harbour.ask("select state, failures, crashes from longshore.task")
                == ["cancelled|0|0"]
        )
        #expect(try await harbour.ask("select count(*) from long.fact_endless") == ["0"])
        #expect(end.errors.contains("load 1: paused by "), "\(end.errors)")
        #expect(end.errors.contains("load 1: goes on"), "\(end.errors)")

        // A message that is left over may bring a task to a worker that nobody coordinates.
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
        let retried = try await program.run("retry", "1")
        #expect(retried.output.contains("1 task of load 1 runs again"), "\(retried.errors)")
        let waiting = try await program.run("why", "1.0", "--json")
        #expect(waiting.output.contains("\"code\" : \"no_coordinator\""), "\(waiting.output)")
        let fleet = try await program.run("status")
        #expect(fleet.output.hasSuffix("No worker process is registered.\n"), "\(fleet.output)")
        #expect(fleet.output.contains("load 1 of long is not finished, and nobody coordinates it"))
        let lonely = try program.start(["resume", "1"])
        await eventually(within: .seconds(30), "a load that no worker takes up says so") {
            lonely.errorsSoFar.contains("load 1: no worker has been registered for ")
        }
        _ = try await program.run("cancel", "1")
        #expect(try await lonely.finish().exitCode == 3)
        let unknown = try await program.run("cancel", "lng")
        #expect(unknown.exitCode == 64)
        #expect(unknown.errors.contains("did you mean `long`?"), "\(unknown.errors)")
    }

    @Test("sources that never end or give a byte a second are ended; their neighbours are loaded")
    func limits() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        let mart = "select count(*) as rows from slow.fact_endless"
        let folder = try write(Self.slow, in: harbour, files: ["of_endless.sql": mart])
        let worker = try program.start(["worker", "--slots", "2", "--attempts", "1"])
        let load = try await program.run("load", folder)
        #expect(load.exitCode == 1)
        #expect(load.output.contains("took longer than its total limit of `4 s`"), "\(load.output)")
        #expect(load.output.contains("gave no rows for its idle limit of `2 s`"), "\(load.output)")
        #expect(load.output.contains("  blocked by it: mart_of_endless"), "\(load.output)")
        #expect(load.output.contains("longshore retry 1"), "\(load.output)")
        #expect(try await harbour.ask("select count(*) from slow.fact_good") == ["1"])
        let why = try await program.run("why", "1.3")
        #expect(why.output.contains("it needs 1.0 fact_endless, which is failed"), "\(why.output)")
        #expect(why.output.contains("[limit.total]"), "\(why.output)")

        let listed = try await program.run("dead")
        #expect(listed.output.contains("1.0"), "\(listed.errors)")
        #expect(listed.output.contains("1.2"))
        let shown = try await program.run("dead", "show", "1.2")
        #expect(shown.output.contains("try it again: longshore dead replay 1.2"))
        let replayed = try await program.run("dead", "replay", "1.2")
        #expect(replayed.output.contains("runs again with a new budget"), "\(replayed.errors)")
        let states = try await harbour.ask("select state from longshore.task order by ordinal")
        #expect(states == ["failed", "done", "waiting", "waiting"])
        let left = try await program.run("dead", "list", "--json")
        #expect(!left.output.contains("\"1.2\""), "\(left.output)")
        #expect(try await program.run("dead", "replay", "1.2").exitCode == 64)
        let dropped = try await program.run("dead", "drop", "--all")
        #expect(dropped.output == "1 letter dropped\n", "\(dropped.errors)")
        for command in [["dead"], ["dead", "show", "--all"], ["dead", "replay", "--all"]] {
            let none = try await program.start(command).finish()
            #expect(none.output == "No dead letter.\n", "\(command)")
        }
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
    }

    @Test("a task that kills every worker is set aside with its error; its neighbours are loaded")
    func poison() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        let text = Self.slow.components(separatedBy: "  trickle:")[0]
            .replacingOccurrences(of: "total: 4 s", with: "total: 5 min")
        let folder = try write(text, in: harbour)
        let load = try program.start(["load", folder])
        // Only the endless source gives so many batches.
        let deadly = program.with(["FAULT_AT": "copying:40:kill"])
        var deaths = 0
        while load.isRunning, deaths < 10 {
            let worker = try deadly.start(["worker", "--slots", "2", "--crashes", "2"])
            await eventually(within: .seconds(90), "the worker has died, or the load has ended") {
                !worker.isRunning || !load.isRunning
            }
            if worker.isRunning { worker.signal(SIGTERM) } else { deaths += 1 }
            _ = try await worker.finish()
        }
        let end = try await load.finish()
        #expect(end.exitCode == 1, "\(end.errors)")
        #expect(end.output.contains("[worker.died]"), "\(end.output)")
        #expect(end.output.contains("after 2 crashes"), "\(end.output)")
        #expect(try await harbour.ask("select count(*) from slow.fact_good") == ["1"])
        #expect((2...6).contains(deaths))
        let dead = try await program.run("dead", "show", "1.0")
        #expect(dead.output.contains("crashes       2"), "\(dead.output)")
    }

    @Test("a limit beyond the broker's patience is refused, by the load and by the worker")
    func tooLong() async throws {
        let harbour = try await Harbour.open()
        let text = Self.long.replacingOccurrences(
            of: "    grain",
            with: "    limits: { total: 6 h }\n    grain"
        )
        let folder = try write(text, in: harbour)
        let load = try await harbour.program.run("load", folder, "--detach")
        #expect(load.exitCode == 65)
        #expect(load.errors.contains("`endless` may take `6 h`"), "\(load.errors)")
        #expect(load.errors.contains("LONGSHORE_CONSUMER_TIMEOUT"))
        let patient = harbour.program.with(["LONGSHORE_CONSUMER_TIMEOUT": "8 h"])
        #expect(try await patient.run("load", folder, "--detach").exitCode == 0)
        let worker = try await harbour.program.run("worker", "--time-limit", "1 h")
        #expect(worker.exitCode == 64)
        #expect(worker.errors.contains("`--time-limit` is `1 h`"), "\(worker.errors)")
    }

    @Test("SIGTERM ends a worker within its grace period, a second one at once; nothing is counted")
    func signals() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        let folder = try write(Self.long, in: harbour)
        let coordinator = try program.start(["coordinator"])
        #expect(try await program.run("load", folder, "--detach").exitCode == 0)
        for grace in ["1 s", "10 min"] {
            let worker = try program.start(["worker", "--slots", "1", "--grace", grace])
            _ = await waitUntil(harbour, isRunning: true)
            let start = ContinuousClock.now
            worker.signal(SIGTERM)
            if grace == "10 min" {
                try await stoppedTaking(harbour)
                worker.signal(SIGTERM)
            }
            let end = try await worker.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
            #expect(.now - start < .seconds(15))
        }
        #expect(
            try await harbour.ask("select state, failures, crashes from longshore.task")
                == ["published|0|0"]
        )
        coordinator.signal(SIGTERM)
        let start = ContinuousClock.now
        #expect(try await coordinator.finish().exitCode == 0)
        #expect(.now - start < .seconds(10))
        #expect(try await harbour.ask("select lease_until is null from longshore.load") == ["t"])
    }

    @Test("a foreground load that is told to stop gives back what it runs, and can be resumed")
    func foreground() async throws {
        let harbour = try await Harbour.open()
        let folder = try write(Self.long, in: harbour)
        let load = try harbour.program.start(["load", folder, "--workers", "1"])
        _ = await waitUntil(harbour, isRunning: true)
        load.signal(SIGTERM)
        try await stoppedTaking(harbour)
        load.signal(SIGTERM)
        let end = try await load.finish()
        #expect(end.exitCode == 75, "\(end.errors)")
        #expect(end.errors.contains("longshore resume 1"), "\(end.errors)")
        #expect(
            try await harbour.ask("select state, failures, crashes from longshore.task")
                == ["published|0|0"]
        )
    }

    /// Signals that come together are one; a second later they are two.
    private func stoppedTaking(_ harbour: Harbour) async throws {
        let end = ContinuousClock.now + .seconds(1)
        await eventually("a second has passed") { .now > end }
    }
}
