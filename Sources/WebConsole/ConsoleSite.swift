package import Dashboards
internal import Endpoints
public import Ledger
public import Listening
internal import Markup
public import Pages

/// The console: what it answers to whom.
public struct ConsoleSite: Sendable {
    /// How somebody says who they are.
    public enum Access: Sendable {
        /// By a token, once; a cookie says it from then on.
        case tokens(TokenBook)
        /// By a proxy, with each request.
        case proxy(ProxyTrust)
    }

    let streams = StreamPlaces()
    private let reading: ReadingDesks
    /// The ledger, to be looked at: neither raw rows nor what exports deliver can be read there.
    var desks: LedgerDesks { reading.next }
    /// The ledger with a coordinator's rights: raw rows, and actions.
    let ledger: LedgerDesks
    /// The servers other than Postgres; `nil` where they are not known.
    public var servers: ConsoleServers?
    /// The dashboards; `nil` where no pipeline's folder is known.
    package var dashboards: DashboardShelf?
    let knowledge = LoadKnowledge()
    let letterCount = LetterCount()
    /// Is told when somebody looks at raw rows, and at which.
    public var noteLook: @Sendable (_ visit: Visit, _ what: String) -> Void = { _, _ in }
    private let access: Access
    private let gate: Gate
    private let sessions = Sessions()
    private let log: @Sendable (Visit, Int, String?) -> Void

    /// A request of somebody who is known.
    public struct Visit: Sendable {
        /// The request.
        public let request: WebRequest
        /// Who has sent it.
        public let viewer: Viewer
    }

    /// A console.
    ///
    /// - Parameters:
    ///   - desks: The ledger, to be looked at.
    ///   - ledger: The ledger, with a coordinator's rights.
    ///   - access: How somebody says who they are.
    ///   - origins: Where browsers find it.
    ///   - log: Is told of each request of somebody who is known, its status, and what went wrong.
    public init(
        desks: ReadingDesks,
        ledger: LedgerDesks,
        access: Access,
        origins: Set<WebOrigin>,
        log: @escaping @Sendable (Visit, Int, String?) -> Void = { _, _, _ in }
    ) {
        reading = desks
        self.ledger = ledger
        self.access = access
        gate = Gate(origins: origins)
        self.log = log
    }

    /// Answers a request.
    public func respond(_ request: WebRequest) async -> WebResponse {
        var response: WebResponse
        if let refusal = gate.refusal(of: request) {
            response = refusal.response(to: request)
        } else {
            response = await admit(request)
        }
        gate.protect(&response, to: request)
        return response
    }

    private func admit(_ request: WebRequest) async -> WebResponse {
        if let asset = Self.asset(request) { return asset }
        switch entry(of: request) {
        case .known(let viewer):
            let visit = Visit(request: request, viewer: viewer)
            let (response, trouble) = await answer(visit)
            log(visit, response.status, trouble)
            return response
        case .refused(let refusal): return refusal.response(to: request)
        case .answered(let response): return response
        }
    }

    private static func asset(_ request: WebRequest) -> WebResponse? {
        guard request.path.count == 2, request.path[0] == "assets",
            let asset = Asset.named(request.path[1])
        else { return nil }
        var response = WebResponse(200, asset.bytes, type: asset.type)
        response.add("Cache-Control", "public, max-age=300")
        return response
    }

    // MARK: Who it is

    private enum Entry {
        case known(Viewer)
        case refused(Refusal)
        case answered(WebResponse)
    }

    private func entry(of request: WebRequest) -> Entry {
        switch access {
        case .proxy(let trust):
            switch trust.verdict(on: request) {
            case .viewer(let viewer): return .known(viewer)
            case .nobody:
                return .refused(Refusal(403, "your groups may not see this console"))
            case .forged:
                return .refused(
                    Refusal(403, "only the proxy that this console trusts may ask it")
                )
            }
        case .tokens(let book): return entry(of: request, by: book)
        }
    }

    private func entry(of request: WebRequest, by book: TokenBook) -> Entry {
        if let token = Self.bearer(request) {
            return book.viewer(showing: token).map { .known($0) }
                ?? .refused(Self.tokenWanted("that token is none"))
        }
        guard let origin = gate.origin(of: request) else { return .answered(WebResponse(421)) }
        switch (request.method, request.path) {
        case ("POST", ["login"]):
            let token = request.form?.first { $0.name == "token" }?.value
            return .answered(enter(token.flatMap(book.viewer(showing:)), at: origin))
        case ("POST", ["logout"]):
            return .answered(Self.lead(settingCookie: sessions.end(request, at: origin)))
        case ("GET", []):
            guard let token = request.parameter("token") else { break }
            return .answered(enter(book.viewer(showingOnce: token), at: origin))
        default: break
        }
        if let viewer = sessions.viewer(of: request, at: origin) { return .known(viewer) }
        guard !request.isOfProgram else {
            return .refused(Self.tokenWanted("show a token: `Authorization: Bearer TOKEN`"))
        }
        return .answered(Self.page(LoginPage().document, status: 401))
    }

    /// Lets somebody in who shows a token.
    private func enter(_ viewer: Viewer?, at origin: WebOrigin) -> WebResponse {
        guard let viewer else {
            let problem = "That token is none, or was used already."
            return Self.page(LoginPage(problem: problem).document, status: 403)
        }
        return Self.lead(settingCookie: sessions.begin(viewer, at: origin))
    }

    /// Leads to the first page.
    private static func lead(settingCookie cookie: String) -> WebResponse {
        var response = WebResponse(303)
        response.add("Location", Link().text)
        response.add("Set-Cookie", cookie)
        return response
    }

    private static func tokenWanted(_ words: String) -> Refusal {
        Refusal(401, words, [("WWW-Authenticate", "Bearer")])
    }

    /// Whether somebody stays by a cookie, and can log out.
    var hasSessions: Bool {
        if case .tokens = access { true } else { false }
    }

    /// What stands behind `Bearer`, RFC 6750, 2.1.
    private static func bearer(_ request: WebRequest) -> String? {
        let scheme = "Bearer ".utf8
        guard let field = request.header("Authorization"), field.utf8.starts(with: scheme) else {
            return nil
        }
        return String(Substring(field.utf8.dropFirst(scheme.count)))
    }

    // MARK: Answers

    static func page(_ bytes: [UInt8], status: Int = 200) -> WebResponse {
        WebResponse(status, bytes, type: "text/html; charset=utf-8")
    }
}
