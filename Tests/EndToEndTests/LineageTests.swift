import Foundation
import Loopback
import Synchronization
import TestSupport
import Testing

/// Lineage by the built program: coordinators that are killed, and a receiver that throttles and fails.
@Suite("Lineage", .serialized)
struct LineageTests {
    private typealias Object = [String: Any]
    private static let secret = "canary-lineage-3e1d"

    private static let yaml = """
        pipeline: stall
        sources:
          drops: { files: data }
        dimensions:
          customer:
            from: { source: drops, csv: customers.csv }
            key: id
            columns: { id: { type: text, required: true } }
        facts:
          sale:
            from: { source: drops, csv: sales.csv }
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              customer: { references: customer, from: customer, missing: infer }
            expect: { rows: { min: 2 } }
        """

    private func folder(of harbour: Harbour) throws -> String {
        let folder = harbour.data + "/stall"
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        try Self.yaml.write(toFile: "\(folder)/pipeline.yaml", atomically: true, encoding: .utf8)
        try write("id\nc1\n", "customers.csv", folder)
        try write("sale_id,customer\ncanary-row-1,c1\n", "sales.csv", folder)
        return folder
    }

    private func write(_ text: String, _ name: String, _ folder: String) throws {
        try text.write(toFile: "\(folder)/data/\(name)", atomically: true, encoding: .utf8)
    }

    private func key(of harbour: Harbour) throws -> String {
        let path = harbour.data + "/lineage.key"
        try "\(Self.secret)\n".write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Events in the order in which they were taken.
    private final class Taken: Sendable {
        private let bodies = Mutex<[[UInt8]]>([])

        func add(_ body: [UInt8]) { bodies.withLock { $0.append(body) } }

        var texts: [String] { bodies.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    }

    private func object(_ text: String) -> Object {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object) ?? [:]
    }

    private func member(_ path: String, _ object: Object) -> String {
        var value: Any? = object
        for name in path.split(separator: "/") { value = (value as? Object)?[String(name)] }
        return value as? String ?? ""
    }

    /// `FAIL stall.fact_sale`, each event once, in the order in which it was taken first.
    private func words(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }.map(object)
            .map { "\(member("eventType", $0)) \(member("job/name", $0))" }
    }

    private func lines(_ file: String) -> Set<String> {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test(
        "whatever a receiver answers and whoever dies, each event is told, in order, and no load waits for it"
    )
    func whatever() async throws {
        let harbour = try await Harbour.open()
        let folder = try folder(of: harbour)
        let taken = Taken()
        let count = Mutex(0)
        let server = try WebServer { request, connection in
            let place = count.withLock { count in
                count += 1
                return count
            }
            // The first are throttled, then every third is taken and its answer lost, or refused for now.
            if place <= 2 { return connection.answer(429, [("Retry-After", "1")]) }
            if place % 3 == 0 { return connection.answer(503) }
            taken.add(request.body)
            if place % 5 == 0 { return connection.cut() }
            connection.answer(201)
        }
        let file = harbour.data + "/lineage.jsonl"
        let program = harbour.program.with([
            "LONGSHORE_OPENLINEAGE_URL": server.url, "LONGSHORE_OPENLINEAGE_FILE": file,
            "LONGSHORE_OPENLINEAGE_NAMESPACE": "docks",
            "LONGSHORE_OPENLINEAGE_KEY_FILE": try key(of: harbour),
        ])
        // A load that nobody coordinates but itself: it ends before anything is told.
        let failed = try await program.run("load", folder, "--workers", "1")
        #expect(failed.exitCode == 1, "\(failed.output)\(failed.errors)")
        #expect(server.requests.isEmpty)
        let first = try program.start(["coordinator"])
        await eventually(within: .seconds(60), "something is told") { taken.texts.count >= 2 }
        first.signal(SIGKILL)
        _ = try await first.finish()
        // The turn of who was killed is over after a minute.
        _ = try await harbour.ask("update longshore.lineage set lease_until = null returning fleet")
        let coordinators = try (0..<2).map { _ in try program.start(["coordinator"]) }
        let worker = try program.start(["worker"])
        try write("sale_id,customer\ncanary-row-1,c1\ncanary-row-2,c1\n", "sales.csv", folder)
        let again = try await program.run("load", folder, "--detach")
        #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
        let hasten = "update longshore.lineage set next_at = now() returning fleet"
        await eventually(within: .seconds(120), "all is told") {
            _ = try? await harbour.ask(hasten)
            // An event is written into the file when the API has taken it.
            return words(taken.texts).filter { $0.hasSuffix(" stall") }.count == 4
                && lines(file) == Set(taken.texts)
        }
        var logs = ""
        for process in coordinators + [worker] {
            process.signal(SIGTERM)
            let end = try await process.finish()
            #expect(end.exitCode == 0)
            logs += end.output + end.errors
        }
        let load = [
            "START stall.dim_customer", "COMPLETE stall.dim_customer", "START stall.fact_sale",
        ]
        #expect(
            words(taken.texts)
                == ["START stall"] + load + ["FAIL stall.fact_sale", "FAIL stall", "START stall"]
                + load + ["COMPLETE stall.fact_sale", "COMPLETE stall"]
        )
        #expect(lines(file) == Set(taken.texts))
        let all = taken.texts.joined() + logs
        #expect(!all.contains(Self.secret) && !all.contains("canary-row"))
        #expect(taken.texts.allSatisfy { $0.contains("\"namespace\":\"docks\"") })
        #expect(server.requests.allSatisfy { $0["Authorization"] == "Bearer \(Self.secret)" })
        #expect(logs.contains("lineage is not told yet"))
    }

    @Test("what is no address, and a key that is not there, end a coordinator in words")
    func mistakes() async throws {
        let harbour = try await Harbour.open()
        for (variables, words) in [
            (["URL": "marquez:5000"], "LONGSHORE_OPENLINEAGE_URL: the URL is not usable"),
            (
                ["URL": "https://marquez.example", "KEY_FILE": harbour.data + "/none"],
                "LONGSHORE_OPENLINEAGE_KEY_FILE names"
            ),
        ] {
            let named = variables.map { ("LONGSHORE_OPENLINEAGE_\($0.key)", $0.value) }
            let run = try await harbour.program.with(Dictionary(uniqueKeysWithValues: named))
                .run("coordinator")
            #expect(run.exitCode == 64, "\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }
}
