import Listening

/// What every request has to be, whoever sends it.
struct Gate: Sendable {
    /// Where the console is known: what else a browser was led here by is refused, because another site may have had its
    /// name lead here (DNS rebinding).
    let origins: Set<WebOrigin>

    /// The place that a request asks at; `nil` for none of the console's.
    func origin(of request: WebRequest) -> WebOrigin? {
        guard let host = request.header("Host") else { return nil }
        return origins.first { $0.host.utf8.elementsEqual(host.utf8) }
    }

    /// Why a request is not answered; `nil` for one that is.
    func refusal(of request: WebRequest) -> Refusal? {
        guard let origin = origin(of: request) else {
            return Refusal(421, "not the name of this console; give it by --external-url")
        }
        guard request.isWellFormed else {
            return Refusal(400, "the path or a parameter is no percent-encoded UTF-8, or has a NUL")
        }
        switch request.method {
        case "GET", "HEAD": return nil
        case "POST" where !request.isOfProgram:
            return isFromHere(request, origin)
                ? nil : Refusal(403, "actions are taken from the console's own pages only")
        default:
            // Programs read; actions are confirmed on pages.
            let allowed = request.isOfProgram ? "GET, HEAD" : "GET, HEAD, POST"
            return Refusal(405, "only \(allowed)", [("Allow", allowed)])
        }
    }

    /// Whether a page of this console has sent it: `Origin` says so, and `Sec-Fetch-Site` where a browser tells it.
    private func isFromHere(_ request: WebRequest, _ origin: WebOrigin) -> Bool {
        let sites = request.values(ofHeader: "Sec-Fetch-Site")
        return request.header("Origin") == origin.description
            && sites.allSatisfy { $0 == "same-origin" } && sites.count <= 1
    }

    /// The fields that say what a page may do: it runs nothing but its own script, and nobody frames it.
    func protect(_ response: inout WebResponse, to request: WebRequest) {
        response.add("Content-Security-Policy", Self.policy)
        response.add("X-Content-Type-Options", "nosniff")
        // `no-referrer` would have browsers send `Origin: null`.
        response.add("Referrer-Policy", "same-origin")
        response.add("Cross-Origin-Opener-Policy", "same-origin")
        response.add("Cross-Origin-Resource-Policy", "same-origin")
        if origin(of: request)?.isSecure == true {
            response.add("Strict-Transport-Security", "max-age=31536000")
        }
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
