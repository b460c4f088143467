import Foundation
import Loopback

/// An API with the calls of the campaign's files, page by page.
struct CallAPI: OutsideContent {
    /// The calls of a month as objects of JSON.
    private let months: [String: [String]]
    private static let page = 500

    /// The pipeline that asks it for the facts.
    static let sources = Outside.Maker { name, ground in
        let server = try TroubledServer(
            CallAPI(await SampleCalls(on: ground, named: name))
        )
        return try Outside(
            server,
            named: name,
            on: ground,
            environment: ["OUTSIDE_URL": server.url],
            definition: {
                $0.readingCalls(
                    from: "http: \"${OUTSIDE_URL}\", private: true",
                    "get: calls, params: { since: \"{period_start}\" }, "
                        + "pages: { next: next }, rows: data"
                )
            }
        )
    }

    private init(_ calls: SampleCalls) throws {
        let encoder = JSONEncoder()
        months = try calls.months.mapValues { calls in
            try calls.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        }
    }

    func answer(to request: WebServer.Request) -> TroubledServer.Answer {
        let month = String(request.query["since"]?.prefix(7) ?? "")
        guard let calls = months[month] else { return TroubledServer.Answer(status: 404) }
        let start = request.query["after"].flatMap { Int($0) } ?? 0
        let end = min(start + Self.page, calls.count)
        let next = "\"\(request.path)?since=\(month)-01&after=\(end)\""
        let data = calls[start..<end].joined(separator: ",")
        let text = "{\"data\":[\(data)],\"next\":\(end < calls.count ? next : "null")}"
        return TroubledServer.Answer(
            fields: [(name: "Content-Type", value: "application/json")],
            body: Array(text.utf8)
        )
    }
}
