import Foundation
import Ledger
import Listening
import Loading
import Pages
import Planning
import Testing
import WarehouseTestSupport

@testable import WebConsole

/// What the console tells of attempts and audits, of a ledger of its own.
@Suite("Attempts in the console")
struct AttemptPageTests {
    private let dock: Dock
    private let site: ConsoleSite

    init() async throws {
        dock = try await Dock(Shop.files)
        let configuration = dock.configuration
        site = ConsoleSite(
            desks: ReadingDesks(1) { LedgerDesks.reading(configuration) },
            ledger: dock.ledger,
            access: .proxy(ProxyTrust(addresses: ["10.0.0.1"], roles: ["all": .operator])),
            origins: [WebOrigin(isSecure: false, host: "console.example")]
        )
    }

    private func get(_ path: String...) async throws -> String {
        let headers = [
            ("Host", "console.example"), ("X-Forwarded-User", "ana"), ("X-Forwarded-Groups", "all"),
        ]
        let response = await site.respond(
            WebRequest(
                method: "GET",
                path: path,
                parameters: [],
                headers: headers.map { WebRequest.Field(name: $0.0, value: $0.1) },
                peer: "10.0.0.1"
            )
        )
        #expect(response.status == 200, "\(path)")
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private struct TaskAnswer: Decodable {
        var attempts: [AttemptReport]
    }

    private struct PeriodAnswer: Decodable {
        var period: PeriodStanding
    }

    @Test("a task's page has a line for each attempt, with its parts, and what it was judged by")
    func task() async throws {
        let load = try await dock.load(Shop.definition())
        let ordinal = String(load.task("sale 2024-01").ordinal)
        let page = try await get("loads", "1", "tasks", ordinal)
        for part in ["ph-copy", "at least 1", "0 of 3 rows", ">committed<", ">held<"] {
            #expect(page.contains(part), "\(part)")
        }
        let json = try await get("api", "v1", "loads", "1", "tasks", ordinal)
        let answer = try decoder.decode(TaskAnswer.self, from: Data(json.utf8))
        #expect(answer.attempts.map(\.end) == [.done])
        #expect(answer.attempts.first?.audits.map(\.expectation) == ["rejects", "rows"])
        #expect(answer.attempts.first?.bytesRead == Shop.january.utf8.count)
    }

    @Test("a period's page has its audits, and those that a newer attempt did not pass")
    func period() async throws {
        let path = ["tables", "shop", "fact_sale", "periods", "2024-01"]
        try await dock.load(Shop.definition())
        let strict = try Shop.definition(sale: Shop.sale(expect: "expect: { rows: { min: 4 } }"))
        let load = try await dock.load(strict)
        let failure = try #require(load.failure("sale 2024-01"))
        _ = try await dock.loader.record(
            failure,
            of: load.task("sale 2024-01"),
            by: "test",
            policy: RetryPolicy()
        )
        let page = try await get(path[0], path[1], path[2], path[3], path[4])
        for part in ["2 of 2 held", "at least 1", "at least 4", "Did not hold"] {
            #expect(page.contains(part), "\(part)")
        }
        let json = try await get("api", "v1", path[0], path[1], path[2], path[3], path[4])
        let period = try decoder.decode(PeriodAnswer.self, from: Data(json.utf8)).period
        #expect(period.audits.map(\.held) == [true, true])
        #expect(period.refused.map(\.expected) == ["at least 4"])
    }
}
