public import Endpoints
import Words

/// Where a MariaDB or MySQL server is, who connects, and how the connection is protected.
public struct MariaDBConfiguration: Sendable {
    /// A host name or an address; empty where ``socket`` is asked.
    public let host: String
    /// The port.
    public let port: Int
    /// The path of a unix socket, in the place of host and port.
    public let socket: String?
    /// The user.
    public let user: String
    /// The password, when there is one.
    public let password: Secret?
    /// The database that names without one are looked up in; may be empty.
    public let database: String
    /// How long connecting may take, the log-in included; 10 seconds by default.
    public let connectTimeout: Duration
    /// How long the other end may leave data unacknowledged before the connection counts as lost.
    public var deadPeerTimeout: Duration = .seconds(60)
    /// How TLS is used.
    public let tls: MariaDBTLS

    /// The parameters that a URL may have.
    public static let parameters = [
        "connect_timeout", "socket", "sslcert", "sslkey", "sslmode", "sslrootcert",
    ]
    /// The schemes that a URL may have.
    public static let schemes = ["mysql", "mariadb"]

    /// Reads `mysql://user:password@host:port/database?name=value`, or the same with `mariadb`.
    ///
    /// The parameters are those of a Postgres URL: `sslmode`, `sslrootcert` (a file, or `system`), `sslcert`,
    /// `sslkey`, `connect_timeout` (seconds), and `socket`, the path of a unix socket:
    /// `mysql://reader@/shop?socket=/run/mysqld/mysqld.sock`.
    ///
    /// To another host the server's certificate is verified by default, and an `sslmode` that does without
    /// TLS is refused unless `allowsPlaintext` is set.
    ///
    /// - Throws: `EndpointError` or ``MariaDBError``; neither shows the password.
    public init(url text: String, allowsPlaintext: Bool = false) throws {
        let url = try ConnectionURL(text)
        guard Self.schemes.contains(url.scheme) else {
            throw EndpointError.unknownScheme(url.scheme, expected: Self.schemes)
        }
        try url.refuseSeveralHosts()
        try url.refuseParameters(besides: Self.parameters)
        socket = url.query["socket"]
        guard socket != nil || !url.host.isEmpty else {
            throw MariaDBError(.invalidConfiguration, "the MariaDB URL has no host and no `socket`")
        }
        let isLocal = socket != nil || url.isLoopback
        host = socket == nil ? url.host : ""
        port = url.port ?? 3306
        user = url.user ?? ""
        password = url.password
        database = url.path
        connectTimeout = try url.query["connect_timeout"].map(Self.parseTimeout) ?? .seconds(10)
        tls = try MariaDBTLS(query: url.query, isLocal: isLocal)
        if tls.mode == .disable && !isLocal && !allowsPlaintext {
            throw EndpointError.plaintextRefused(url, secureScheme: "sslmode=verify-full")
        }
    }

    private static func parseTimeout(_ text: String) throws(MariaDBError) -> Duration {
        guard let seconds = Int(text), (1...3_600).contains(seconds) else {
            throw MariaDBError(
                .invalidConfiguration,
                "the MariaDB URL's `connect_timeout` is not a number of seconds from 1 to 3600"
            )
        }
        return .seconds(seconds)
    }
}
