internal import Foundation
package import Loopback
internal import Synchronization

/// An API of a test's own: rows below paths, page by page, for those who know its token.
///
/// It is strict: without the token it answers with 401. Faults are played one for each call, the first to
/// the first; after them it answers as it should.
public final class APIDouble: Sendable {
    /// What it does instead of answering.
    public enum Fault: Sendable {
        /// A status, with `Retry-After` where there is one, and a body.
        case status(Int, retryAfter: String? = nil, body: String = "{}")
        /// The connection ends within the body.
        case cut
        /// The connection ends before any answer.
        case silence
        /// The length that is told is more than comes.
        case longer
        /// The length that is told is less than comes.
        case shorter
        /// The body comes in pieces of a few bytes.
        case slow
        /// A page that is no JSON.
        case text
        /// The page leads to itself.
        case loop
        /// The page leads to an address.
        case leads(to: String)
        /// The fields of the answer have this one, too.
        case field(name: String, value: String)
        /// It answers as it should.
        case none
    }

    /// The token that it wants, as `access_token`.
    public static let token = "EAA-canary/token+of=the-double"
    /// Rows of a page.
    public let pageSize: Int
    private let rows: [String: [String]]
    private let faults: Mutex<[Fault]>
    private let wantsToken: Bool
    private let server = Mutex<WebServer?>(nil)

    /// Starts an API.
    ///
    /// - Parameters:
    ///   - rows: Objects of JSON by paths such as `/v1/a1/insights`.
    ///   - pageSize: How many a page has.
    ///   - faults: What it does before it answers as it should.
    ///   - wantsToken: Whether it asks who asks.
    /// - Throws: when there is no port.
    public init(
        _ rows: [String: [String]],
        pageSize: Int = 2,
        faults: [Fault] = [],
        wantsToken: Bool = true
    ) throws {
        self.rows = rows
        self.pageSize = pageSize
        self.faults = Mutex(faults)
        self.wantsToken = wantsToken
        let started = try WebServer { [weak self] request, connection in
            self?.answer(request, connection)
        }
        server.withLock { $0 = started }
    }

    /// Where it listens.
    public var url: String { server.withLock { $0?.url ?? "" } }
    /// All that was asked until now.
    package var requests: [WebServer.Request] { server.withLock { $0?.requests ?? [] } }

    /// Plays faults from now on.
    public func play(_ faults: [Fault]) { self.faults.withLock { $0 = faults } }

    private func answer(_ request: WebServer.Request, _ connection: WebConnection) {
        let query = request.query.mapValues { $0.removingPercentEncoding ?? "" }
        guard !wantsToken || query["access_token"] == Self.token else {
            let told = query["access_token"] ?? ""
            return connection.answer(401, [], "{\"error\":{\"message\":\"no token \(told)\"}}".utf8)
        }
        let fault = faults.withLock { $0.isEmpty ? .none : $0.removeFirst() }
        let start =
            ["after", "offset"].compactMap { query[$0] }.compactMap { Int($0) }.first
            ?? query["page"].flatMap { Int($0) }.map { ($0 - 1) * pageSize } ?? 0
        guard let all = rows[request.path.removingPercentEncoding ?? ""] else {
            return connection.answer(404, [], "{\"error\":{\"message\":\"nothing here\"}}".utf8)
        }
        let page = Page(
            rows: Array(all.dropFirst(start).prefix(pageSize)),
            next: start + pageSize < all.count ? start + pageSize : nil,
            url: "\(url)\(request.path)?access_token=\(Self.encodedToken)&after="
        )
        play(fault, page, start, connection)
    }

    private static var encodedToken: String {
        token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// A page of rows, and what leads on.
    private struct Page {
        let rows: [String]
        let next: Int?
        let url: String

        /// As JSON, with an address in the place of the next page's where there is one.
        func body(next other: String? = nil) -> [UInt8] {
            let address = other ?? next.map { "\(url)\($0)" }
            let paging = address.map { "{\"next\":\"\($0.replacing("/", with: "\\/"))\"}" } ?? "{}"
            let cursor = next.map { "\"\($0)\"" } ?? "null"
            let data = rows.joined(separator: ",")
            return Array("{\"data\":[\(data)],\"paging\":\(paging),\"cursor\":\(cursor)}".utf8)
        }

        var fields: [(name: String, value: String)] {
            next.map { [("Link", "<\(url)0>; rel=\"first\", <\(url)\($0)>; rel=\"next\"")] } ?? []
        }
    }

    private func play(_ fault: Fault, _ page: Page, _ start: Int, _ connection: WebConnection) {
        let body = page.body()
        let length = { (count: Int) in [(name: "Content-Length", value: String(count))] }
        switch fault {
        case .none: connection.answer(200, page.fields, body)
        case .status(let status, let after, let text):
            connection.answer(status, after.map { [("Retry-After", $0)] } ?? [], text.utf8)
        case .cut:
            connection.begin(200, length(body.count))
            connection.write(body.prefix(body.count / 2))
            connection.cut()
        case .silence: connection.cut()
        case .longer:
            connection.begin(200, length(body.count + 10))
            connection.write(body)
            connection.cut()
        case .shorter:
            connection.begin(200, length(body.count - 10))
            connection.write(body)
            connection.cut()
        case .slow:
            connection.begin(200, page.fields + length(body.count))
            for piece in 0...(body.count / 7) {
                connection.write(body.dropFirst(piece * 7).prefix(7))
            }
        case .text: connection.answer(200, [], "<html>down for a moment</html>".utf8)
        case .loop: connection.answer(200, [], page.body(next: "\(page.url)\(start)"))
        case .leads(let address): connection.answer(200, [], page.body(next: address))
        case .field(let name, let value):
            connection.answer(200, page.fields + [(name, value)], body)
        }
    }
}
