import Foundation
import TestSupport
import Testing

/// Schedules by the built program.
@Suite("Schedules", .serialized)
struct ScheduleTests {
    private static let yaml = """
        pipeline: nightly
        schedule: { cron: "* * * * *", overlap: queue, catch_up: all }
        sources:
          drops: { files: data }
        facts:
          sale:
            from: { source: drops, csv: sales.csv }
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
        """

    /// A folder with the pipeline and its one file.
    private func folder(of harbour: Harbour) throws -> String {
        let folder = harbour.data + "/nightly"
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        for (name, text) in ["pipeline.yaml": Self.yaml, "data/sales.csv": "sale_id\ns1\n"] {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        return folder
    }

    @Test(
        "several coordinators fire each time once, without the definition's folder, and one is killed"
    )
    func once() async throws {
        let harbour = try await Harbour.open().hasty
        let folder = try folder(of: harbour)
        let put = try await harbour.program.run("schedules", "put", folder)
        #expect(put.exitCode == 0, "\(put.errors)")
        try FileManager.default.removeItem(atPath: folder + "/pipeline.yaml")
        _ = try await harbour.ask(
            """
            update longshore.schedule
            set next_at = date_trunc('minute', clock_timestamp()) - interval '2 minutes' returning pipeline
            """
        )
        let coordinators = try (0..<3).map { _ in try harbour.program.start(["coordinator"]) }
        let worker = try harbour.program.start(["worker", "--slots", "1"])
        await eventually(within: .seconds(60), "the first firing has a load") {
            let loaded = try? await harbour.ask(
                "select count(*) > 0 from longshore.firing where state = 'loaded'"
            )
            return loaded == ["t"]
        }
        coordinators[0].signal(SIGKILL)
        _ = try await coordinators[0].finish()
        await eventually(within: .seconds(90), "three firings have loads that have ended") {
            let loaded = try? await harbour.ask(
                """
                select count(*) >= 3 from longshore.firing f join longshore.load l on l.id = f.load_id
                where f.state = 'loaded' and l.state = 'loaded'
                """
            )
            return loaded == ["t"]
        }
        #expect(
            try await harbour.ask(
                """
                select count(*) = count(distinct load_id),
                    count(*) = (select count(*) from longshore.load),
                    max(planned_at) - min(planned_at) = (count(*) - 1) * interval '1 minute'
                from longshore.firing where state = 'loaded'
                """
            ) == ["t|t|t"]
        )
        for process in coordinators.dropFirst() + [worker] {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("a definition without a schedule cannot be put, and what has none is told")
    func refused() async throws {
        let harbour = try await Harbour.open()
        let put = try await harbour.program.run(
            "schedules",
            "put",
            Harbour.pipeline("callcenter")
        )
        #expect(put.exitCode == 65)
        #expect(put.errors.contains("the definition of `callcenter` has no schedule"))
        for command in ["pause", "resume", "run", "drop", "next", "list"] {
            let answer = try await harbour.program.run("schedules", command, "nowhere")
            #expect(answer.exitCode == 64, "\(command): \(answer.errors)")
            #expect(answer.errors.contains("the pipeline `nowhere` has no schedule"))
        }
    }
}
