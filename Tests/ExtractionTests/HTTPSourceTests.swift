import Endpoints
import Foundation
import Loopback
import Pipelines
import Rows
import Synchronization
import TestSupport
import Testing
import Words

@testable import Extraction

/// APIs as sources, asked of a server that throttles, cuts, repeats itself and lies.
@Suite("A source that is an API")
struct HTTPSourceTests {
    private static let insights = [
        "/v1/a1/insights": (1...5).map { #"{"id":\#($0),"spend":"1.50"}"# }
    ]

    private static func sources(
        _ api: APIDouble,
        environment: SourceEnvironment? = nil,
        _ change: (inout HTTPPlace) -> Void = { _ in },
        warehouse: WarehouseRows? = nil
    ) -> Sources {
        var place = HTTPPlace(url: "${ADS_URL}/v1")
        place.authentication = .query(name: "access_token", value: "${ADS_TOKEN}")
        place.isPrivate = true
        change(&place)
        return Sources(
            ["ads": .http(place)],
            folder: "/nowhere",
            environment: environment ?? Self.environment(api),
            warehouse: warehouse
        )
    }

    private static func environment(_ api: APIDouble) -> SourceEnvironment {
        let variables = ["ADS_URL": api.url, "ADS_TOKEN": APIDouble.token]
        var environment = SourceEnvironment { variables[$0] }
        environment.callPatience.wait = { _ in }
        return environment
    }

    private static func calls(
        _ path: String = "a1/insights",
        each: CallEach? = nil,
        _ change: (inout Calls) -> Void = { _ in }
    ) -> Calls {
        var calls = Calls(path: CallText(path, each: each?.name))
        calls.each = each
        calls.pages = .next(JSONPath("paging.next"))
        calls.rows = JSONPath("data")
        change(&calls)
        return calls
    }

    private static let five = (1...5).map { ["\($0)", "1.50"] }

    // MARK: Pages

    @Test(
        "pages are followed by each of their ways",
        arguments: [
            CallPages.next(JSONPath("paging.next")), .link(relation: "next"),
            .cursor(JSONPath("cursor"), parameter: "after"),
            .offset(parameter: "offset", size: nil), .offset(parameter: "offset", size: 2),
            .number(parameter: "page", first: 1, size: 2),
            .number(parameter: "page", first: 1, size: nil),
        ]
    )
    func pages(_ pages: CallPages) async throws {
        let api = try APIDouble(Self.insights)
        let calls = Self.calls { $0.pages = pages }
        #expect(try await Self.sources(api).rows(calls) == Self.five)
        #expect(api.requests.allSatisfy { $0.query["access_token"]?.isEmpty == false })
        var reader = try await Self.sources(api).open(calls)
        _ = try await drain(&reader)
        #expect(reader.inputs.prefix(3).map(\.name) == (1...3).map { "a1/insights page \($0)" })
        #expect(reader.firstInput == "a1/insights page 1")
    }

    @Test("a page that was there before is an error, and never endless or doubled")
    func repeated() async throws {
        let api = try APIDouble(Self.insights, faults: [.none, .loop])
        let loop = await #expect(throws: ExtractionError.self) {
            try await Self.sources(api).rows(Self.calls())
        }
        #expect(loop?.code == .pages)
        #expect(loop?.isRetryable == true)
        let same = try APIDouble(["/v1/a1/insights": [#"{"id":1}"#]], wantsToken: true)
        // It does not know `p`, and gives the first page again and again.
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.sources(same)
                .rows(Self.calls { $0.pages = .number(parameter: "p", first: 1, size: nil) })
        }
        #expect(error?.message.contains("page 2 has the same rows as one before") == true)
        #expect(same.requests.count == 2)
    }

    @Test(
        "what leads on ends where it is nothing, and is an error where it is no text",
        arguments: [
            (#"{"href":"/x"}"#, true), (#"["/x"]"#, true), ("true", true), ("null", false),
            (#""""#, false), ("false", false),
        ]
    )
    func leadsNowhere(_ next: String, _ isError: Bool) async throws {
        for pages in [
            CallPages.next(JSONPath("next")), .cursor(JSONPath("next"), parameter: "after"),
        ] {
            let body = #"{"data":[{"id":1}],"next":\#(next)}"#
            let api = try APIDouble(Self.insights, faults: [.status(200, body: body)])
            let calls = Self.calls { $0.pages = pages }
            if isError {
                let error = await #expect(throws: ExtractionError.self) {
                    try await Self.sources(api).rows(calls)
                }
                #expect(error?.code == .pages)
            } else {
                #expect(try await Self.sources(api).rows(calls) == [["1"]])
            }
            #expect(api.requests.count == 1)
        }
    }

    @Test("a next page on another host is refused, and who asks is told to nobody")
    func otherHost() async throws {
        let other = try APIDouble(Self.insights)
        let api = try APIDouble(Self.insights, faults: [.leads(to: other.url + "/v1/a1/insights")])
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.sources(api).rows(Self.calls())
        }
        #expect(error?.code == .pages)
        #expect(other.requests.isEmpty)
    }

    // MARK: Faults

    @Test(
        "what a call breaks of is asked again, and the rows are those of an undisturbed one",
        arguments: [
            [APIDouble.Fault.cut, .none, .silence], [.longer], [.slow, .slow],
            [.status(500), .status(503, retryAfter: "0"), .status(429, retryAfter: "0")],
            [.none, .status(400, body: #"{"error":{"code":17}}"#)],
            [.none, .status(200, body: #"{"error":{"code":2}}"#)],
        ]
    )
    func faults(_ faults: [APIDouble.Fault]) async throws {
        let api = try APIDouble(Self.insights, faults: faults)
        let sources = Self.sources(api) { place in
            place.errors = [
                CallErrorRule(
                    statuses: [],
                    path: JSONPath("error.code"),
                    values: ["17", "613"],
                    action: .wait,
                    pause: .zero
                ),
                CallErrorRule(
                    statuses: [],
                    path: JSONPath("error.code"),
                    values: ["1", "2"],
                    action: .retry,
                    pause: .zero
                ),
            ]
        }
        #expect(try await sources.rows(Self.calls()) == Self.five)
    }

    @Test(
        "what is no page of JSON is an error, and another attempt may succeed",
        arguments: [APIDouble.Fault.text, .shorter, .status(200, body: #"{"other":[]}"#)]
    )
    func unreadable(_ fault: APIDouble.Fault) async throws {
        let api = try APIDouble(Self.insights, faults: [.none, fault])
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.sources(api).rows(Self.calls())
        }
        #expect(error?.code == .json, "\(String(describing: error))")
        #expect(error?.isRetryable == true)
    }

    @Test("a longer pause than a slot is held for is told, and the API is left alone until then")
    func throttled() async throws {
        let api = try APIDouble(Self.insights, faults: [.status(429, retryAfter: "3600")])
        let environment = Self.environment(api)
        let sources = Self.sources(api, environment: environment)
        let error = await #expect(throws: ExtractionError.self) {
            try await sources.rows(Self.calls())
        }
        #expect(error?.code == .throttled)
        #expect(error?.isAbsence == true)
        let pause = try #require(error?.pause)
        #expect(pause > .seconds(3500) && pause <= .seconds(3600))
        let again = await #expect(throws: ExtractionError.self) {
            try await sources.rows(Self.calls())
        }
        #expect(again?.code == .throttled)
        #expect(api.requests.count == 1)
    }

    @Test(
        "a usage that is told pauses the calls behind it, whatever stands behind its number",
        arguments: ["91", #""91.5 %""#, #""91\u0301""#]
    )
    func usage(_ count: String) async throws {
        let told = #"{"act_1":[{"call_count":\#(count),"total_time":3}]}"#
        let api = try APIDouble(
            Self.insights,
            faults: [.field(name: "X-Usage", value: told)]
        )
        let sources = Self.sources(api) { place in
            place.usage = UsageRule(
                header: "x-usage",
                path: JSONPath("*.*.call_count"),
                limit: 90,
                pause: .seconds(300)
            )
        }
        let error = await #expect(throws: ExtractionError.self) {
            try await sources.rows(Self.calls())
        }
        #expect(error?.code == .throttled)
        #expect(api.requests.count == 1)
    }

    @Test("a rate is kept by all tasks of a process, and an attempt that needs more of it fails")
    func rate() async throws {
        let api = try APIDouble(Self.insights)
        let environment = Self.environment(api)
        let sources = Self.sources(api, environment: environment) { place in
            place.rate = CallRate(calls: 4, span: .seconds(3600))
        }
        #expect(try await sources.rows(Self.calls()) == Self.five)
        let other = await #expect(throws: ExtractionError.self) {
            try await sources.rows(Self.calls())
        }
        #expect(other?.code == .throttled)
        #expect(api.requests.count == 4)
        let few = Self.sources(api) { $0.rate = CallRate(calls: 2, span: .seconds(3600)) }
        let never = await #expect(throws: ExtractionError.self) {
            try await few.rows(Self.calls())
        }
        #expect(never?.code == .misconfigured)
        #expect(never?.isAbsence == false)
    }

    @Test("an API that wants to be left alone is awaited, also where the rate is used up")
    func throttledRate() async throws {
        let api = try APIDouble(Self.insights, faults: [.none, .status(429, retryAfter: "3600")])
        let sources = Self.sources(api) { $0.rate = CallRate(calls: 2, span: .seconds(3600)) }
        let error = await #expect(throws: ExtractionError.self) {
            try await sources.rows(Self.calls())
        }
        #expect(error?.code == .throttled)
        #expect(error?.isAbsence == true)
    }

    @Test(
        "what an API refuses fails at once, or is awaited where it is away",
        arguments: [
            (404, ExtractionError.Code.missing, false), (403, .denied, false),
            (400, .refused, false),
            (500, .unavailable, true),
        ]
    )
    func refusals(_ status: Int, _ code: ExtractionError.Code, _ isAbsence: Bool) async throws {
        let body = #"{"error":"not for \#(APIDouble.token)"}"#
        let faults = Array(repeating: APIDouble.Fault.status(status, body: body), count: 5)
        let api = try APIDouble(Self.insights, faults: faults)
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.sources(api).rows(Self.calls())
        }
        #expect(error?.code == code)
        #expect(error?.isAbsence == isAbsence)
        #expect(error?.message.contains("answers with \(status)") == true)
        #expect(error?.message.contains("canary") == false, "\(String(describing: error))")
    }

    // MARK: Secrets

    @Test("tokens are in no message, no name of an input and no row")
    func secrets() async throws {
        let leak = #"{"id":1,"self":"https:\/\/x\/?t=\#(APIDouble.token)"}"#
        let api = try APIDouble(["/v1/a1/insights": [leak]])
        var reader = try await Self.sources(api).open(Self.calls())
        let rows = try await drain(&reader)
        #expect(rows.map(\.fields) == [["1", "https://x/?t=***"]])
        #expect(!rows[0].raw.contains("canary"))
        #expect(!reader.inputs.map(\.name).joined().contains("canary"))
        let wrong = Self.sources(api) {
            $0.authentication = .query(name: "x", value: "${ADS_TOKEN}")
        }
        let denied = await #expect(throws: ExtractionError.self) {
            try await wrong.rows(Self.calls())
        }
        #expect(denied?.code == .denied)
        let gone = Self.sources(api) { $0.isPrivate = false }
        let refused = await #expect(throws: ExtractionError.self) {
            try await gone.rows(Self.calls())
        }
        #expect(refused?.code == .misconfigured)
        for error in [denied, refused] {
            #expect(error?.description.contains("canary") == false)
            #expect(error?.description.contains("127.0.0.1") == false)
        }
    }

    @Test("a secret in the URL is in no message, neither of pages nor of an answer that is cut")
    func secretPath() async throws {
        let path = "/v1/botcanary-path/a1/insights"
        let long = String(repeating: "x", count: 190) + " canary-path"
        let faults: [(APIDouble.Fault, ExtractionError.Code)] = [
            (.loop, .pages), (.leads(to: "https://h.example/botcanary-path"), .pages),
            (.status(400, body: long), .refused),
        ]
        for (fault, code) in faults {
            let api = try APIDouble([path: (1...5).map { #"{"id":\#($0)}"# }], faults: [fault])
            let variables = [
                "ADS_URL": api.url, "ADS_TOKEN": APIDouble.token, "BOT": "canary-path",
            ]
            let sources = Self.sources(api, environment: SourceEnvironment { variables[$0] }) {
                $0.url = "${ADS_URL}/v1/bot${BOT}"
            }
            let error = await #expect(throws: ExtractionError.self) {
                try await sources.rows(Self.calls())
            }
            #expect(error?.code == code, "\(String(describing: error))")
            #expect(error?.message.contains("a1/insights") == true)
            #expect(error?.message.contains("canary") == false, "\(String(describing: error))")
        }
    }

    // MARK: Rows

    @Test("each row of the warehouse is asked about, with the period, and named in its rows")
    func each() async throws {
        let api = try APIDouble([
            "/v1/a 1/insights": [#"{"id":1}"#], "/v1/a2/insights": [],
            "/v1/a3/insights": [#"{"id":3}"#],
        ])
        let each = CallEach(name: "campaign", query: "select 1", reads: ["campaign"])
        let calls = Self.calls("{campaign.ad}/insights", each: each) { calls in
            calls.parameters = [
                CallParameter(name: "level", value: CallText("ad", each: nil)),
                CallParameter(
                    name: "range",
                    value: CallText(
                        #"{"since":"{period_start}","until":"{period_last_day}"}"#,
                        each: nil
                    )
                ),
            ]
            calls.shape.fields = [
                RowField(name: "ad", content: .text(CallText("{campaign.ad}", each: "campaign")))
            ]
        }
        let sources = Self.sources(
            api,
            warehouse: { _ in [["ad": "a 1"], ["ad": "a2"], ["ad": "a3"]] }
        )
        #expect(try await sources.rows(calls) == [["1", "a 1"], ["3", "a3"]])
        let first = try #require(api.requests.first)
        #expect(first.path == "/v1/a%201/insights")
        #expect(first.query["level"] == "ad")
        #expect(
            first.query["range"]?.removingPercentEncoding
                == #"{"since":"2024-01-01","until":"2024-01-31"}"#
        )
        for value in ["", "..", "."] {
            let error = await #expect(throws: ExtractionError.self) {
                try await Self.sources(api, warehouse: { _ in [["ad": value]] }).rows(calls)
            }
            #expect(error?.code == .misconfigured)
        }
        let nowhere = await #expect(throws: ExtractionError.self) {
            try await Self.sources(api).rows(calls)
        }
        #expect(nowhere?.code == .warehouse)
    }

    @Test("no rows to ask about are no calls and no rows")
    func nothingToAsk() async throws {
        let api = try APIDouble([:])
        let each = CallEach(name: "c", query: "select 1", reads: [])
        let sources = Self.sources(api, warehouse: { _ in [] })
        #expect(try await sources.rows(Self.calls("{c.ad}", each: each)) == [])
        #expect(api.requests.isEmpty)
    }

    @Test("an answer that is one object is one row, and null in the place of rows is none")
    func single() async throws {
        let api = try APIDouble(
            Self.insights,
            faults: [
                .status(200, body: #"{"id":7}"#), .status(200, body: #"{"data":null}"#),
                .status(204, body: ""),
            ]
        )
        let alone = Self.calls {
            $0.rows = nil
            $0.pages = nil
        }
        #expect(try await Self.sources(api).rows(alone) == [["7"]])
        #expect(try await Self.sources(api).rows(Self.calls()) == [])
        #expect(try await Self.sources(api).rows(Self.calls()) == [])
    }
}
