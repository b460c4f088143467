public import Endpoints
import Words

/// Where a Postgres server is, who connects, and how the connection is protected.
public struct PostgresConfiguration: Sendable {
    /// A host name, an address, or the absolute path of the directory of a unix socket; empty means
    /// the C library's default socket directory.
    public let host: String
    /// The port; `nil` means 5432.
    public let port: Int?
    /// The user; `nil` means the name of the operating system's user.
    public let user: String?
    /// The password, when there is one.
    public let password: Secret?
    /// Where user and password are read again for each connection; the URL's hold where it is `nil`.
    public var loginFile: LoginFile?
    /// The database; empty means the one that is named like the user.
    public var database: String
    /// What `pg_stat_activity` shows; empty shows nothing.
    public var applicationName: String
    /// How long connecting may take altogether, the log-in included; 10 seconds unless set.
    public var connectTimeout: Duration
    /// How long the other end may leave data unacknowledged before the connection counts as lost.
    ///
    /// It is also how long a server may stop reading in the middle of a COPY.
    public var deadPeerTimeout: Duration = .seconds(60)
    /// How long a server may take to stop a statement that was cancelled, before the connection is
    /// given up.
    public var cancellationGrace: Duration = .seconds(10)
    /// How TLS is used.
    public let tls: PostgresTLS
    /// Whether whoever answers at a host that is not this machine is taken for the server: `sslmode` does
    /// not verify, and no authority is named.
    public let trustsAnybody: Bool
    /// Settings of the session, as `-c name=value` of the server's command line; what ``session`` has
    /// comes after them.
    public let options: String?
    /// Whether somebody else has named the server, such as a definition: it gets the password and the
    /// certificate of its URL, and none that libpq finds by itself: in `PGPASSWORD`, `~/.pgpass`, a service
    /// file, `PGSSLCERT` or `~/.postgresql`.
    public var isForeign = false
    /// What the session sets by itself, whatever its role, its database and the environment say.
    public var session = SessionSettings()

    /// The parameters that a URL may have.
    public static let parameters: Set<String> = [
        "host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey",
        "application_name", "options", "connect_timeout",
    ]

    /// Reads `postgres://user:password@host:port/database?name=value`, or the same with
    /// `postgresql`.
    ///
    /// The parameters are libpq's: `sslmode`, `sslrootcert` (a file, or `system`), `sslcert`,
    /// `sslkey`, `application_name`, `options`, `connect_timeout` (seconds), and `host`, `port`,
    /// `user`, `dbname` for what cannot stand before the `?`, such as the directory of a unix socket:
    /// `postgres:///warehouse?host=/run/postgresql`.
    ///
    /// To another host the server's certificate is verified unless `sslmode` says otherwise, and an
    /// `sslmode` that does without TLS is refused unless `allowsPlaintext` is set.
    ///
    /// - Throws: `EndpointError` or ``PostgresError``; neither shows the password.
    public init(url text: String, allowsPlaintext: Bool = false) throws {
        var url = try ConnectionURL(text)
        guard ["postgres", "postgresql"].contains(url.scheme) else {
            throw EndpointError.unknownScheme(url.scheme, expected: ["postgres", "postgresql"])
        }
        let query = url.query
        try Self.refuseUnknownParameters(query)
        url.host = query["host"] ?? url.host
        try Self.refuseSeveralHosts(url.host)
        let isLocal = url.isLoopback || url.host.isEmpty
        host = url.host
        port = try query["port"].map(Self.parsePort) ?? url.port
        user = query["user"] ?? url.user
        password = url.password
        database = query["dbname"] ?? url.path
        applicationName = query["application_name"] ?? ""
        connectTimeout = try query["connect_timeout"].map(Self.parseTimeout) ?? .seconds(10)
        options = query["options"]
        if Self.names("search_path", in: options) { session.searchPath = nil }
        tls = try PostgresTLS(query: query, isLocal: isLocal)
        trustsAnybody = !isLocal && !tls.verifiesAuthority
        if tls.mode.allowsPlaintext && !isLocal && !allowsPlaintext {
            throw EndpointError.plaintextRefused(url, secureScheme: "sslmode=verify-full")
        }
    }

    private static func refuseUnknownParameters(_ query: [String: String]) throws(PostgresError) {
        let unknown = query.keys.filter { !parameters.contains($0) }.sorted()
        guard let name = unknown.first else { return }
        // What is no name at all may be a part of something else, such as a password.
        let isName = name.wholeMatch(of: /[A-Za-z_]{1,40}/.matchingSemantics(.unicodeScalar)) != nil
        let found = isName ? "the parameter `\(name)`" : "a parameter that is none"
        let known = parameters.sorted().inBackticks()
        throw PostgresError(
            .invalidConfiguration,
            "the Postgres URL has \(found); expected one of \(known)"
        )
    }

    private static func refuseSeveralHosts(_ host: String) throws(PostgresError) {
        guard host.contains(",") else { return }
        throw PostgresError(
            .invalidConfiguration,
            "the Postgres URL names several hosts, `\(host)`; expected one: put a proxy or a DNS "
                + "name in front of them"
        )
    }

    private static func parsePort(_ text: String) throws(PostgresError) -> Int {
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw PostgresError(
                .invalidConfiguration,
                "the Postgres URL's `port` is `\(text)`; expected a number from 1 to 65535"
            )
        }
        return port
    }

    private static func parseTimeout(_ text: String) throws(PostgresError) -> Duration {
        guard let seconds = Int(text), (1...3_600).contains(seconds) else {
            throw PostgresError(
                .invalidConfiguration,
                "the Postgres URL's `connect_timeout` is `\(text)`; expected seconds from 1 to 3600"
            )
        }
        return .seconds(seconds)
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// The address without the password and the parameters: safe to show.
    public var description: String {
        let name = user.map { "\($0)@" } ?? ""
        let shownPort = port.map { ":\($0)" } ?? ""
        if host.isEmpty || host.hasPrefix("/") {
            let socket = host.isEmpty ? "" : "?host=\(host)"
            return "postgres://\(name)\(shownPort)/\(database)\(socket)"
        }
        let shownHost = host.contains(":") ? "[\(host)]" : host
        return "postgres://\(name)\(shownHost)\(shownPort)/\(database)"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }
}

extension PostgresConfiguration {
    /// Parameters in the place of secrets that libpq would find by itself; what comes after them stands.
    ///
    /// libpq takes an empty parameter for a missing one, but not within a connection string: the first
    /// `dbname` is one where the connection is opened with `expand_dbname`. An empty file's name would mean
    /// the one in the home directory, therefore one that cannot be there.
    private static let nothingFound = [
        ("dbname", "password=''"), ("passfile", "/dev/null/none"), ("sslcert", "/dev/null/none"),
        ("sslkey", "/dev/null/none"),
    ]

    /// The parameters that libpq is given; the password is among them.
    ///
    /// What is not named here would come from `PG…` environment variables, so whatever matters is.
    var connectionParameters: [(name: String, value: String)] {
        let fresh = loginFile?.login()
        var list = isForeign ? Self.nothingFound : []
        list += [
            ("client_encoding", "UTF8"), ("application_name", applicationName),
            ("gssencmode", "disable"), ("ssl_min_protocol_version", "TLSv1.2"),
            ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(deadPeerTimeout.wholeMilliseconds)"),
        ]
        let optional: [(String, String?)] = [
            ("host", host.isEmpty ? nil : host), ("port", port.map { "\($0)" }),
            ("user", fresh.map(\.user) ?? user),
            ("password", (fresh.map(\.password) ?? password)?.revealed),
            ("dbname", database.isEmpty ? nil : database),
            ("options", options),
        ]
        list += optional.compactMap { name, value in value.map { (name, $0) } }
        return list + tls.connectionParameters
    }
}
