import Endpoints
import Extraction
import Foundation
import Loopback
import Pipelines
import Planning
import Postgres
import Synchronization
import Testing

@testable import Lineage

/// Where events go, and what comes of receivers that do not take them.
@Suite("Receivers of lineage")
struct LineageReceiverTests {
    private static let event = LineageEvent(
        .start,
        at: "2024-02-01T05:00:00.123456Z",
        in: LineageRun(load: 7, number: 1),
        of: LineageLoad(
            id: 7,
            pipeline: Pipeline(
                name: "shop",
                schema: "shop",
                periods: nil,
                sources: [:],
                dimensions: [],
                facts: [],
                marts: []
            ),
            folder: "/",
            kind: .load,
            periods: [],
            warehouse: "wh",
            database: "dwh"
        )
    )

    private static let environment = SourceEnvironment { _ in nil }

    private func events() throws -> RunEvents {
        RunEvents(
            namespace: "one",
            warehouse: try PostgresConfiguration(url: "postgres://localhost/dwh"),
            environment: Self.environment
        )
    }

    private func api(_ url: String, key: String? = nil) throws -> LineageAPI {
        try LineageAPI(url: url, events: events(), environment: Self.environment) {
            key.map { Secret($0) }
        }
    }

    private func failure(_ receiver: any LineageReceiver) async throws -> LineageFailure? {
        do {
            try await receiver.take(Self.event)
            return nil
        } catch let failure as LineageFailure {
            return failure
        }
    }

    @Test("an event is posted to the API, below an address without a path at its own, with the key")
    func post() async throws {
        let server = try WebServer { _, connection in connection.answer(201) }
        try await api(server.url, key: "canary-key").take(Self.event)
        try await api(server.url + "/lineage?tenant=7").take(Self.event)
        #expect(server.requests.map(\.target) == ["/api/v1/lineage", "/lineage?tenant=7"])
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        #expect(server.requests.map { $0["Authorization"] } == ["Bearer canary-key", nil])
        #expect(server.requests.allSatisfy { $0["Content-Type"] == "application/json" })
        for request in server.requests {
            let event = try EventSchema.read(request.body)
            #expect(event["eventType"] as? String == "START")
        }
    }

    @Test(
        "what a server refuses for what it is, is refused for good; everything else is told again",
        arguments: [
            (400, true), (422, true), (413, true), (401, false), (404, false), (429, false),
            (503, false),
        ]
    )
    func statuses(status: Int, isFinal: Bool) async throws {
        let server = try WebServer { _, connection in
            connection.answer(status, [("Retry-After", "90")])
        }
        let failure = try #require(try await failure(api(server.url, key: "canary-key")))
        #expect(failure.isFinal == isFinal)
        #expect(failure.pause == .seconds(90))
        #expect(failure.description.contains("\(status)"))
        #expect(!failure.description.contains("canary"))
    }

    @Test("a server that is away, and one without TLS elsewhere, are failures that pass")
    func away() async throws {
        let failures = [
            try await failure(api("http://127.0.0.1:1")),
            try await failure(api("http://192.0.2.1/")),
        ]
        #expect(failures.map { $0?.isFinal } == [false, false])
        #expect(throws: (any Error).self) { try api("marquez:5000") }
    }

    @Test("a file gets a line for each event, and one that was cut spoils no other")
    func file() async throws {
        let path = NSTemporaryDirectory() + "lineage-\(UUID().uuidString).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = LineageFile(path: path, events: try events())
        try await file.take(Self.event)
        let line = try String(contentsOfFile: path, encoding: .utf8)
        #expect(line.last == "\n")
        _ = try EventSchema.read(Array(line.utf8.dropLast()))
        let cut = line + line.prefix(40)
        try cut.write(toFile: path, atomically: false, encoding: .utf8)
        try await file.take(Self.event)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == cut + "\n" + line)
        let elsewhere = LineageFile(path: "/proc/none/lineage.jsonl", events: try events())
        let failure = try #require(try await failure(elsewhere))
        #expect(failure.description.contains("cannot be opened: No such file or directory"))
    }

    /// A receiver that counts what it takes.
    private final class Counter: LineageReceiver {
        private let count = Mutex(0)
        private let failure: LineageFailure?

        init(failing failure: LineageFailure? = nil) {
            self.failure = failure
        }

        var taken: Int { count.withLock { $0 } }

        func take(_ event: LineageEvent) async throws {
            if let failure { throw failure }
            count.withLock { $0 += 1 }
        }
    }

    @Test(
        "one that refuses an event keeps no other from it; one that is away keeps those behind it"
    )
    func several() async throws {
        let (last, other) = (Counter(), Counter())
        let refusing = Counter(failing: LineageFailure("400", isFinal: true))
        let away = Counter(failing: LineageFailure("503"))
        #expect(try await failure(LineageReceivers([refusing, last]))?.isFinal == true)
        #expect(try await failure(LineageReceivers([away, other]))?.isFinal == false)
        #expect(last.taken == 1)
        #expect(other.taken == 0)
    }
}
