internal import Words

/// A request that got no answer, or not all of it.
///
/// Statuses are no errors here: what a 404 means is known to who asks.
public struct HTTPError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The host has no address.
        case unresolved
        /// Nothing listens at the address, or there is no way to it.
        case connectionFailed
        /// The connection ended before the answer did.
        case connectionLost
        /// A limit of time has passed.
        case timeout
        /// TLS could not be agreed upon, or the server's certificate is not trusted.
        case tls
        /// The answer is larger than allowed.
        case tooLarge
        /// The host has an address that may not be asked, or it would be asked without TLS.
        case forbidden
        /// The server leads to a place where it is not followed.
        case redirectRefused
        /// The server said what is no HTTP.
        case protocolViolation
        /// The request cannot be sent as it is.
        case invalidInput
        /// The calling task was cancelled.
        case cancelled
        /// The client or the body was closed.
        case closed
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was asked of whom, what happened, and what to do; never a query, a field's value or a password.
    public let message: String

    /// Whether the same request may succeed later.
    public var isRetryable: Bool {
        switch code {
        case .unresolved, .connectionFailed, .connectionLost, .timeout: true
        case .tls, .tooLarge, .forbidden, .redirectRefused, .protocolViolation, .invalidInput,
            .cancelled, .closed:
            false
        }
    }
}

extension HTTPError: CustomStringConvertible {
    /// The message: safe to show.
    public var description: String { message }
}

extension HTTPError {
    static func invalidInput(_ what: String) -> HTTPError {
        HTTPError(code: .invalidInput, message: "the request cannot be sent: \(what)")
    }

    static func unusableURL(_ what: String) -> HTTPError {
        HTTPError(
            code: .invalidInput,
            message: "the URL is not usable: \(what); expected `https://host:port/path`"
        )
    }

    static func plaintextRefused(_ request: HTTPRequest) -> HTTPError {
        HTTPError(
            code: .forbidden,
            message: "refusing to ask `\(name(request))` without TLS: use `https`, or set "
                + "LONGSHORE_ALLOW_PLAINTEXT=1 where the network itself is trusted"
        )
    }

    static func addressRefused(_ request: HTTPRequest) -> HTTPError {
        HTTPError(
            code: .forbidden,
            message: "\(asking(request)): its host has an address of a private network, of this "
                + "machine or of the link, and the source does not say that it may be asked there"
        )
    }

    /// A place that is not followed, in words: an address that a server gives may hold a secret that it was told.
    static func redirectRefused(_ request: HTTPRequest, to place: String) -> HTTPError {
        HTTPError(
            code: .redirectRefused,
            message: "\(asking(request)): it leads to \(place), and is not followed; "
                + "ask there directly where that is meant"
        )
    }

    static func tooLarge(limit: Int, what: String) -> HTTPError {
        HTTPError(
            code: .tooLarge,
            message: "the answer's \(what) has more than \(counted(limit, "byte")), the limit"
        )
    }

    static func cancelled(_ request: HTTPRequest) -> HTTPError {
        HTTPError(code: .cancelled, message: "\(asking(request)): it was cancelled")
    }

    static func closed() -> HTTPError {
        HTTPError(code: .closed, message: "the HTTP client, or what it was reading, was closed")
    }

    static func failed(_ request: HTTPRequest, code: Code, reason: String) -> HTTPError {
        // What libcurl says may quote what a server has sent.
        let shown = VisibleText.shortened(VisibleText.line(reason), to: 200)
        let advice = advice[code].map { "; \($0)" } ?? ""
        return HTTPError(code: code, message: "\(asking(request)): \(shown)\(advice)")
    }

    private static let advice: [Code: String] = [
        .unresolved: "check the host's name",
        .connectionFailed: "check the URL and that the server runs",
        .timeout: "check that the server is not overloaded, or give it more time",
        .tls: "check the URL's host and the file of authorities",
    ]

    private static func asking(_ request: HTTPRequest) -> String {
        "asking `\(name(request))` (\(request.method))"
    }

    private static func name(_ request: HTTPRequest) -> String {
        request.alias ?? request.url.description
    }
}
