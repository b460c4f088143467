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
        guard !url.host.utf8.contains(UInt8(ascii: ",")) else {
            throw .invalidInput(
                "the Redis URL names several hosts: give one, for any Redis that is up will do"
            )
        }
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
        do throws(EndpointError) {
            switch url.scheme {
            case "redis":
                guard url.isLoopback || allowsPlaintext else {
                    throw .plaintextRefused(url, secureScheme: "rediss")
                }
                try url.refuseParameters(besides: [])
                return .plaintext
            case "rediss": return try .verified(with: url)
            default: throw .unknownScheme(url.scheme, expected: ["redis", "rediss"])
            }
        } catch {
            throw .invalidInput(error.description)
        }
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
}
