public import Endpoints

/// Where a server is and how it is spoken to.
public struct RedisConfiguration: Sendable, Hashable {
    /// The address: `redis://user:password@host:port/database`, or `rediss://…` for TLS.
    public let url: ConnectionURL
    /// How the connection is protected; from the URL's scheme and parameters.
    public let security: TransportSecurity
    /// The number of the database; 0 unless the URL says.
    public let database: Int
    /// Where user and password are read again for each connection; the URL's hold where it is `nil`.
    public var loginFile: LoginFile?
    /// The name that the server's `CLIENT LIST` shows.
    public var clientName: String?
    /// How long a call may take unless it says otherwise, connecting included.
    public var timeout: Duration

    /// Reads an address.
    ///
    /// With `rediss` the URL may name PEM files: `cacertfile`, the authorities to trust instead of the
    /// system's; `certfile` and `keyfile`, the client's own identity.
    ///
    /// - Parameters:
    ///   - url: The address; port 6379 and database 0 unless it says.
    ///   - allowsPlaintext: Whether `redis` may be used to other hosts than this machine.
    ///   - clientName: The name that the server's `CLIENT LIST` shows.
    ///   - timeout: How long a call may take unless it says otherwise.
    /// - Throws: ``RedisError/Code/invalidInput``.
    public init(
        url: ConnectionURL,
        allowsPlaintext: Bool = false,
        clientName: String? = nil,
        timeout: Duration = .seconds(1)
    ) throws(RedisError) {
        self.url = url
        self.clientName = clientName
        self.timeout = timeout
        security = try Self.security(of: url, allowsPlaintext: allowsPlaintext)
        database = try Self.database(of: url)
        if url.user?.isEmpty == false && url.password == nil {
            throw .invalidInput(
                "the URL `\(url)` names a user but no password; "
                    + "expected `\(url.scheme)://user:password@host`"
            )
        }
    }

    /// The port: the URL's, or 6379.
    var port: Int { url.port ?? 6379 }

    private static func security(
        of url: ConnectionURL,
        allowsPlaintext: Bool
    ) throws(RedisError) -> TransportSecurity {
        switch url.scheme {
        case "redis":
            guard url.isLoopback || allowsPlaintext else {
                throw invalid(.plaintextRefused(url, secureScheme: "rediss"))
            }
            try checkParameters(of: url, known: [])
            return .plaintext
        case "rediss":
            try checkParameters(of: url, known: ["cacertfile", "certfile", "keyfile"])
            return .verified(
                authorityFile: url.query["cacertfile"],
                certificateFile: url.query["certfile"],
                keyFile: url.query["keyfile"] ?? url.query["certfile"]
            )
        default: throw invalid(.unknownScheme(url.scheme, expected: ["redis", "rediss"]))
        }
    }

    private static func checkParameters(
        of url: ConnectionURL,
        known: [String]
    ) throws(RedisError) {
        guard let unknown = url.query.keys.sorted().first(where: { !known.contains($0) }) else {
            return
        }
        let expected = known.isEmpty ? "none" : known.map { "`\($0)`" }.joined(separator: ", ")
        throw .invalidInput(
            "the URL `\(url)` has the unknown parameter `\(unknown)`; "
                + "expected with `\(url.scheme)`: \(expected)"
        )
    }

    private static func database(of url: ConnectionURL) throws(RedisError) -> Int {
        if url.path.isEmpty { return 0 }
        guard let number = Int(url.path), number >= 0 else {
            throw .invalidInput(
                "the URL `\(url)` names the database `\(url.path)`; expected a number, such as `/0`"
            )
        }
        return number
    }

    private static func invalid(_ error: EndpointError) -> RedisError {
        .invalidInput(error.description)
    }
}
