import Listening

/// What every request has to be, whoever sends it.
struct Gate: Sendable {
    /// The values of `Host` under which the console is known: what else a browser was led here by is refused, because
    /// another site may have had its name lead here (DNS rebinding).
    let hosts: Set<String>
    /// Whether the console is reached by TLS.
    let isSecure: Bool

    /// Why a request is not answered; `nil` for one that is.
    func refusal(of request: WebRequest) -> WebResponse? {
        guard let host = request.header("Host"), hosts.contains(host) else {
            return WebResponse(
                421,
                text: "this console is not known by that name; name it with --host\n"
            )
        }
        switch request.method {
        case "GET", "HEAD": return nil
        case "POST":
            return isFromHere(request, host: host)
                ? nil
                : WebResponse(403, text: "actions are taken from the console's own pages only\n")
        default:
            var response = WebResponse(405, text: "only GET, HEAD and POST\n")
            response.add("Allow", "GET, HEAD, POST")
            return response
        }
    }

    /// Whether a page of this console has sent it: `Origin` says so, and `Sec-Fetch-Site` where a browser tells it.
    private func isFromHere(_ request: WebRequest, host: String) -> Bool {
        let sites = request.values(ofHeader: "Sec-Fetch-Site")
        let origin = (isSecure ? "https://" : "http://") + host
        return request.header("Origin") == origin
            && sites.allSatisfy { $0 == "same-origin" } && sites.count <= 1
    }

    /// The fields that say what a page may do: it runs nothing but its own script, and nobody frames it.
    func protect(_ response: inout WebResponse) {
        response.add("Content-Security-Policy", Self.policy)
        response.add("X-Content-Type-Options", "nosniff")
        // `no-referrer` would have browsers send `Origin: null`.
        response.add("Referrer-Policy", "same-origin")
        response.add("Cross-Origin-Opener-Policy", "same-origin")
        response.add("Cross-Origin-Resource-Policy", "same-origin")
        if isSecure { response.add("Strict-Transport-Security", "max-age=31536000") }
        if response.headers.allSatisfy({ $0.name != "Cache-Control" }) {
            response.add("Cache-Control", "no-store")
        }
    }

    private static let policy = [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ]
    .joined(separator: "; ")
}
