import Words

/// A server's address that cannot be used.
public struct EndpointError: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what to do, safe to show.
    public let description: String

    /// An address that does not follow `scheme://user:password@host:port/path`.
    static func malformed(_ what: String) -> EndpointError {
        EndpointError(
            description: "the URL is not usable: \(what); expected "
                + "`scheme://user:password@host:port/path`, with `%40` for an `@`, `%2F` for a `/` and "
                + "`%3F` for a `?` in a password"
        )
    }

    /// A plaintext connection to a host that is not this machine.
    public static func plaintextRefused(_ url: ConnectionURL, secureScheme: String) -> EndpointError
    {
        EndpointError(
            description:
                "refusing to connect to `\(url)` without TLS: use `\(secureScheme)`, or set "
                + "LONGSHORE_ALLOW_PLAINTEXT=1 where the network itself is trusted"
        )
    }

    /// A scheme that the server's client does not speak.
    ///
    /// What is no scheme at all is not shown: it may be a user and a password.
    public static func unknownScheme(_ scheme: String, expected: [String]) -> EndpointError {
        let list = expected.inBackticks(separator: " or ")
        let isScheme =
            scheme.wholeMatch(of: /[a-z][a-z0-9+.\-]*/.matchingSemantics(.unicodeScalar)) != nil
        let found = isScheme ? "is `\(scheme)`" : "is none"
        return EndpointError(description: "the URL's scheme \(found); expected \(list)")
    }

    /// A parameter that the server's client does not know: what it was to do would silently not be done.
    static func unknownParameter(
        _ name: String,
        of url: ConnectionURL,
        known: [String]
    ) -> EndpointError {
        let list = known.isEmpty ? "none" : known.inBackticks()
        return EndpointError(
            description: "the URL `\(url)` has the unknown parameter `\(name)`; "
                + "expected with `\(url.scheme)`: \(list)"
        )
    }
}
