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

    let desks: LedgerDesks
    private let access: Access
    private let gate: Gate
    private let sessions = Sessions()
    private let log: @Sendable (Visit, Int) -> Void

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
    ///   - desks: The ledger.
    ///   - access: How somebody says who they are.
    ///   - hosts: The values of `Host` under which it is known, such as `127.0.0.1:8080`.
    ///   - isSecure: Whether it is reached by TLS.
    ///   - log: Is told of each request of somebody who is known, and its status.
    public init(
        desks: LedgerDesks,
        access: Access,
        hosts: Set<String>,
        isSecure: Bool,
        log: @escaping @Sendable (Visit, Int) -> Void = { _, _ in }
    ) {
        self.desks = desks
        self.access = access
        gate = Gate(hosts: hosts, isSecure: isSecure)
        self.log = log
    }

    /// Answers a request.
    public func respond(_ request: WebRequest) async -> WebResponse {
        var response: WebResponse
        if let refusal = gate.refusal(of: request) {
            response = refusal
        } else {
            response = await admit(request)
        }
        gate.protect(&response)
        return response
    }

    private func admit(_ request: WebRequest) async -> WebResponse {
        if let asset = Self.asset(request) { return asset }
        switch entry(of: request) {
        case .known(let viewer):
            let visit = Visit(request: request, viewer: viewer)
            let response = await answer(visit)
            log(visit, response.status)
            return response
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
        case answered(WebResponse)
    }

    private func entry(of request: WebRequest) -> Entry {
        switch access {
        case .proxy(let trust):
            switch trust.verdict(on: request) {
            case .viewer(let viewer): return .known(viewer)
            case .nobody:
                return .answered(Self.refusal(403, "your groups may not see this console"))
            case .forged:
                return .answered(
                    Self.refusal(403, "only the proxy that this console trusts may ask it")
                )
            }
        case .tokens(let book): return entry(of: request, by: book)
        }
    }

    private func entry(of request: WebRequest, by book: TokenBook) -> Entry {
        if let token = Self.bearer(request) {
            return book.viewer(showing: token).map { .known($0) }
                ?? .answered(Self.refusal(401, "that token is none"))
        }
        if request.path == ["login"], request.method == "POST" {
            let token = request.form?.first { $0.name == "token" }?.value
            return .answered(enter(token.flatMap(book.viewer(showing:))))
        }
        if request.method == "GET", request.path.isEmpty, let token = request.parameter("token") {
            return .answered(enter(book.viewer(showingOnce: token)))
        }
        if let viewer = sessions.viewer(of: request) { return .known(viewer) }
        guard request.path.first != "api" else {
            return .answered(
                Self.refusal(401, "show a token: `Authorization: Bearer TOKEN`")
            )
        }
        return .answered(Self.page(LoginPage().document, status: 401))
    }

    /// Lets somebody in who shows a token, and leads them to the first page.
    private func enter(_ viewer: Viewer?) -> WebResponse {
        guard let viewer else {
            let problem = "That token is none, or was used already."
            return Self.page(LoginPage(problem: problem).document, status: 403)
        }
        var response = WebResponse(303)
        response.add("Location", Link().text)
        response.add("Set-Cookie", sessions.begin(viewer, isSecure: gate.isSecure))
        return response
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

    static func refusal(_ status: Int, _ words: String) -> WebResponse {
        var response = WebResponse(status, text: words + "\n")
        if status == 401 { response.add("WWW-Authenticate", "Bearer") }
        return response
    }
}
