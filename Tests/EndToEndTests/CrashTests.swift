import Endpoints
import Foundation
import Redis
import TestSupport
import Testing

/// Processes that die in the middle of a load.
@Suite("Dying in the middle", .serialized)
struct CrashTests {
    private static let periods = "2024-01..2024-06"

    /// The checksums of a load that nothing disturbs.
    private func undisturbed() async throws -> (tables: [String: String], meaning: String?) {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 6, calls: 12_000)
        let run = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            Self.periods,
            "--workers",
            "2"
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        return (try await harbour.checksums("callcenter"), try await harbour.meaningOfCalls())
    }

    @Test("a killed worker, a killed coordinator and a flushed Redis change nothing")
    func killedAndFlushed() async throws {
        let expected = try await undisturbed()
        let harbour = try await Harbour.open().hasty
        try await harbour.generateCalls(months: 6, calls: 12_000)
        let pipeline = Harbour.pipeline("callcenter")

        // Of four workers the first dies in the middle of its second COPY.
        let doomed = try harbour.program.with(["FAULT_AT": "copying:2:kill"])
            .start(["worker", "--slots", "1"])
        let others = try (0..<3).map { _ in try harbour.program.start(["worker", "--slots", "1"]) }
        let coordinator = try harbour.program.start(["load", pipeline, "--periods", Self.periods])

        await eventually(within: .seconds(60), "some task is done") {
            let done = try? await harbour.ask(
                "select count(*) > 0 from longshore.task where state = 'done'"
            )
            return done == ["t"]
        }
        coordinator.signal(SIGKILL)
        try await flushRedis(harbour.redisURL)
        _ = try await coordinator.finish()

        let resumed = try await harbour.program.run("resume")
        #expect(resumed.exitCode == 0, "\(resumed.errors)")
        for worker in others { worker.signal(SIGTERM) }
        for worker in others {
            let end = try await worker.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
        doomed.signal(SIGKILL)
        _ = try await doomed.finish()
        let shared = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
        #expect(!shared.contains { $0.hasSuffix("-\(doomed.processID)") })
        #expect(try await harbour.checksums("callcenter") == expected.tables)
        #expect(try await harbour.meaningOfCalls() == expected.meaning)
        let doubled = try await harbour.ask(
            "select count(*) from longshore.task where state <> 'done'"
        )
        #expect(doubled == ["0"])
    }

    @Test(
        "a worker killed at any step leaves a load that ends right",
        arguments: [
            "delivered", "claimed", "begun", "opened", "extracting", "copying", "copied", "swapped",
            "recorded", "committing", "committed", "marked", "announced", "acknowledged",
        ]
    )
    func killedAtStep(_ step: String) async throws {
        let harbour = try await Harbour.open().hasty
        try await harbour.generateCalls(months: 1, calls: 500)
        let doomed = try harbour.program.with(["FAULT_AT": "\(step):3:kill"])
            .start(["worker", "--slots", "1"])
        let load = try harbour.program.start(
            ["load", Harbour.pipeline("callcenter"), "--periods", "2024-01"]
        )
        let died = try await doomed.finish()
        #expect(died.exitCode == -1, "\(died.errors)")
        let second = try harbour.program.start(["worker", "--slots", "2"])
        let end = try await load.finish()
        #expect(end.exitCode == 0, "\(end.errors)")
        second.signal(SIGTERM)
        #expect(try await second.finish().exitCode == 0)
        let counts = try await harbour.ask(
            """
            select (select rows_loaded from longshore.task where table_name = 'fact_call')
                = (select count(*) from callcenter.fact_call),
                (select count(*) from longshore.task where state = 'done')
                = (select count(*) from longshore.task)
            """
        )
        #expect(counts == ["t|t"])
    }

    private func flushRedis(_ url: String) async throws {
        let client = RedisClient(try RedisConfiguration(url: ConnectionURL(url)))
        _ = try await client.send(["FLUSHALL"])
        await client.close()
    }
}
