import Foundation
import TestSupport
import Testing

/// What loads that want the same workers may have of them.
@Suite("Shared workers", .serialized)
struct SharedWorkersTests {
    /// A pipeline of three months whose tasks take 0.4 s each.
    private static func write(_ name: String, _ top: String, in harbour: Harbour) throws -> String {
        let folder = harbour.data + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = """
            pipeline: \(name)
            \(top)
            period: { grain: month, start: 2024-01 }
            sources: { sleepy: { postgres: "${SOURCE_URL}" } }
            facts:
              nap:
                from: { source: sleepy, query: "select :period_start::date::text as at from pg_sleep(0.4)" }
                period: at
                grain: [at]
                columns: { at: { type: date, required: true } }
            """
        try Data(text.utf8).write(to: URL(filePath: folder + "/pipeline.yaml"))
        return folder
    }

    @Test("no more tasks of a pipeline run at once than its limit, of two loads and coordinators")
    func limit() async throws {
        let harbour = try await Harbour.open()
        let folder = try Self.write("shy", "concurrency: 2", in: harbour)
        for periods in ["2024-01..2024-04", "2024-05..2024-08"] {
            let load = try await harbour.program.run(
                "load",
                folder,
                "--periods",
                periods,
                "--detach"
            )
            #expect(load.exitCode == 0, "\(load.errors)")
        }
        let processes = try [
            ["coordinator", "--loads", "1"], ["coordinator", "--loads", "1"],
            ["worker", "--slots", "6"],
        ]
        .map { try harbour.program.start($0) }
        await eventually(within: .seconds(60), "both loads are loaded") {
            (try? await harbour.ask("select state from longshore.load order by id"))
                == ["loaded", "loaded"]
        }
        // A task's transaction may begin a moment before it has its place.
        let most = try await harbour.ask(
            """
            select max(beside) from (
                select count(*) as beside from longshore.task t join longshore.task other
                    on other.started_at < t.committed_at - interval '200 ms'
                    and other.committed_at > t.committed_at - interval '200 ms'
                group by t.load_id, t.ordinal) counts
            """
        )
        #expect(most == ["2"])
        let owners = try await harbour.ask(
            "select count(distinct coordinator) from longshore.load"
        )
        #expect(owners == ["2"])
        for process in processes {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("a pool has slots of its own, however much there is to do in another")
    func pools() async throws {
        let harbour = try await Harbour.open()
        let big = try Self.write("big", "", in: harbour)
        let small = try Self.write("small", "pool: quick", in: harbour)
        let processes = try [
            ["coordinator"], ["worker", "--slots", "3", "--pool", "quick", "--pool", "default:2"],
        ]
        .map { try harbour.program.start($0) }
        let detached = try await harbour.program.run(
            "load",
            big,
            "--periods",
            "2024-01..2024-12",
            "--detach"
        )
        #expect(detached.exitCode == 0, "\(detached.errors)")
        await eventually(within: .seconds(30), "the big load runs") {
            let done = try? await harbour.ask(
                "select count(*) > 0 from longshore.task where state = 'done'"
            )
            return done == ["t"]
        }
        let load = try await harbour.program.run(
            "load",
            small,
            "--periods",
            "2024-01",
            "--workers",
            "0"
        )
        #expect(load.exitCode == 0, "\(load.errors)")
        await eventually(within: .seconds(60), "the big load is loaded") {
            (try? await harbour.ask("select state from longshore.load where pipeline = 'big'"))
                == ["loaded"]
        }
        // Of three slots the big one has had two, and the small one has not waited for them.
        let most = try await harbour.ask(
            """
            select max(beside) from (
                select count(*) as beside from longshore.task t join longshore.task other
                    on other.started_at < t.committed_at - interval '200 ms'
                    and other.committed_at > t.committed_at - interval '200 ms'
                where t.schema_name = 'big' and other.schema_name = 'big'
                group by t.ordinal) counts
            """
        )
        #expect(most == ["2"])
        for process in processes {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("a weight is a number from 1", arguments: ["quick:0", "quick:x", "quick:1:2", "quick:"])
    func weights(_ pool: String) async throws {
        let harbour = try await Harbour.open()
        let worker = try await harbour.program.run("worker", "--pool", pool)
        #expect(worker.exitCode == 64)
        #expect(worker.errors.contains("--pool <name[:weight]>"))
    }
}
