internal import Glibc

/// A command that got no good answer.
///
/// After ``Code/timeout``, ``Code/cancelled`` and ``Code/connectionLost`` the command may or may not
/// have run.
public struct RedisError: Error, Sendable, Hashable {
    /// What kind of failure it is.
    public let code: Code
    /// What happened to what, and what to do; never a key's value or a password.
    public let message: String

    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The server refused the command; `prefix` is the first word of its answer, such as `OOM`,
        /// `READONLY`, `LOADING`, `NOSCRIPT`, `WRONGPASS`, `NOAUTH`, or `ERR`.
        case server(prefix: String)
        /// The deadline passed.
        case timeout
        /// The calling task was cancelled.
        case cancelled
        /// Nothing listens at the address.
        case connectionRefused
        /// The host has no address, or there is no way to it.
        case hostUnreachable
        /// The connection ended in the middle of a call.
        case connectionLost
        /// TLS could not be agreed upon, or the server's certificate is not trusted.
        case tls
        /// The server said what no Redis says.
        case protocolViolation
        /// The reply is of another kind than the caller expected.
        case unexpectedReply
        /// The address or a command cannot be used.
        case invalidInput
        /// The client was closed.
        case closed
    }

    /// Whether the same command may succeed later.
    public var isRetryable: Bool {
        switch code {
        case .timeout, .connectionRefused, .hostUnreachable, .connectionLost: true
        case .server(let prefix): Self.passingPrefixes.contains(prefix)
        case .cancelled, .tls, .protocolViolation, .unexpectedReply, .invalidInput, .closed: false
        }
    }

    /// Refusals that end when the server has loaded its data, found memory or disk, or failed over.
    private static let passingPrefixes: Set<String> = [
        "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY",
        "TRYAGAIN", "UNBLOCKED",
    ]
}

extension RedisError: CustomStringConvertible {
    /// The message: safe to show.
    public var description: String { message }
}

extension RedisError {
    /// An error reply: `PREFIX text`.
    static func server(_ answer: String) -> RedisError {
        // An unknown command is answered with its arguments, which may be values.
        let end = answer.firstRange(of: ", with args beginning with")?.lowerBound
        let safe = answer[..<(end ?? answer.endIndex)]
        let prefix = String(safe.prefix { $0 != " " })
        let advice = advice[prefix].map { "; \($0)" } ?? ""
        return RedisError(
            code: .server(prefix: prefix),
            message: "Redis refused the command: `\(safe)`\(advice)"
        )
    }

    private static let advice = [
        "LOADING": "it reads its data set and answers soon",
        "NOAUTH": "give a password in the URL: `redis://user:password@host`",
        "NOPERM": "grant the URL's user this command and these keys",
        "OOM": "raise its `maxmemory`, or set a `maxmemory-policy` that evicts",
        "READONLY": "it is a replica; the URL must name the primary",
        "WRONGPASS": "check the URL's user and password",
    ]

    static func timeout(_ activity: Activity, server: String, after: Duration) -> RedisError {
        RedisError(
            code: .timeout,
            message: "`\(server)` did not answer within \(after) (\(activity.rawValue)); "
                + "check that it runs and is not overloaded"
        )
    }

    static func cancelled(_ activity: Activity, server: String) -> RedisError {
        RedisError(
            code: .cancelled,
            message: "the call to `\(server)` was cancelled (\(activity.rawValue))"
        )
    }

    static func connectionFailed(errorNumber: Int32, reason: String, server: String) -> RedisError {
        RedisError(
            code: errorNumber == ECONNREFUSED ? .connectionRefused : .hostUnreachable,
            message: "cannot connect to `\(server)`: \(reason); "
                + "check the URL and that the server runs"
        )
    }

    static func unresolved(reason: String, server: String) -> RedisError {
        RedisError(
            code: .hostUnreachable,
            message: "cannot find the host of `\(server)`: \(reason); check the URL"
        )
    }

    static func connectionLost(_ reason: String, server: String) -> RedisError {
        RedisError(
            code: .connectionLost,
            message: "the connection to `\(server)` was lost: \(reason)"
        )
    }

    /// The same failure, said again without trying.
    func repeated(untriedFor rest: Duration) -> RedisError {
        RedisError(code: code, message: "not tried for another \(rest), because \(message)")
    }

    static func tls(_ reason: String, server: String) -> RedisError {
        RedisError(code: .tls, message: "TLS with `\(server)` failed: \(reason)")
    }

    static func protocolViolation(_ reason: String, server: String) -> RedisError {
        RedisError(
            code: .protocolViolation,
            message: "`\(server)` does not speak the Redis protocol: \(reason); "
                + "check the URL's host and port"
        )
    }

    static func unexpectedReply(_ kind: String, expected: String) -> RedisError {
        RedisError(
            code: .unexpectedReply,
            message: "Redis answered with \(kind); expected \(expected)"
        )
    }

    static func invalidInput(_ message: String) -> RedisError {
        RedisError(code: .invalidInput, message: message)
    }

    static func closed(server: String) -> RedisError {
        RedisError(code: .closed, message: "the client of `\(server)` was closed")
    }
}
