public import Endpoints
import Words

/// Where a Postgres server is, who connects, and how the connection is protected.
public struct PostgresConfiguration: Sendable {
    /// Where a server of the warehouse is.
    struct Server: Sendable, Hashable {
        let host: String
        let port: Int?
    }

    /// The servers of one database, of which one takes writes: they are tried in turn.
    let servers: [Server]
    /// A host name, an address, or the absolute path of the directory of a unix socket, of the first of several servers; empty
    /// means the C library's default socket directory.
    public var host: String { servers[0].host }
    /// The port; `nil` means 5432.
    public var port: Int? { servers[0].port }
    /// What a server has to be, in libpq's words.
    let sessionKind: String
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
        "application_name", "options", "connect_timeout", "target_session_attrs",
    ]

    /// Reads `postgres://user:password@host:port/database?name=value`, or the same with
    /// `postgresql`.
    ///
    /// The parameters are libpq's: `sslmode`, `sslrootcert` (a file, or `system`), `sslcert`,
    /// `sslkey`, `application_name`, `options`, `connect_timeout` (seconds), and `host`, `port`,
    /// `user`, `dbname` for what cannot stand before the `?`, such as the directory of a unix socket:
    /// `postgres:///warehouse?host=/run/postgresql`.
    ///
    /// Several servers, such as a primary and its standby, stand between commas: `postgres://a:5432,b/warehouse`. The one that
    /// takes writes is used, or what `target_session_attrs` says.
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
        servers = try Self.servers(url, areInQuery: query["host"] != nil, ports: query["port"])
        sessionKind = try Self.sessionKind(query["target_session_attrs"], of: servers)
        let isLocal = servers.allSatisfy { server in
            url.host = server.host
            return url.isLoopback || url.host.isEmpty
        }
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

    /// The servers of a URL, each with its port, or with the one that all have.
    private static func servers(
        _ url: ConnectionURL,
        areInQuery: Bool,
        ports: String?
    ) throws -> [Server] {
        let hosts = Self.parts(of: url.host)
        guard hosts.count > 1 else {
            return [Server(host: url.host, port: try ports.map(parsePort) ?? url.port)]
        }
        let own = try ports.map { try Self.parts(of: $0).map(parsePort) }
        if let own, own.count > 1, own.count != hosts.count {
            throw PostgresError(
                .invalidConfiguration,
                "the Postgres URL has \(hosts.count) hosts and \(own.count) ports; expected a port for each, or one"
            )
        }
        return try hosts.enumerated()
            .map { place, host in
                guard !host.isEmpty else {
                    throw PostgresError(
                        .invalidConfiguration,
                        "the Postgres URL has a comma too much between its hosts"
                    )
                }
                let port = own.map { $0.count > 1 ? $0[place] : $0[0] } ?? url.port
                if areInQuery { return Server(host: host, port: port) }
                let part = try ConnectionURL("postgres://\(host)")
                return Server(host: part.host, port: port ?? part.port)
            }
    }

    /// What stands between commas, by bytes as libpq reads it: a mark behind a comma joins it to another Character.
    private static func parts(of list: String) -> [String] {
        list.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
    }

    private static func sessionKind(
        _ kind: String?,
        of servers: [Server]
    ) throws(PostgresError) -> String {
        let kinds = ["any", "primary", "read-write", "read-only", "standby"]
        guard let kind else { return servers.count > 1 ? "read-write" : "any" }
        guard kinds.contains(kind) else {
            throw PostgresError(
                .invalidConfiguration,
                "the Postgres URL's `target_session_attrs` is none of \(kinds.inBackticks())"
            )
        }
        return kind
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
        if servers.count == 1, host.isEmpty || host.hasPrefix("/") {
            let shownPort = port.map { ":\($0)" } ?? ""
            let socket = host.isEmpty ? "" : "?host=\(host)"
            return "postgres://\(name)\(shownPort)/\(database)\(socket)"
        }
        let shown = servers.map { server in
            let shownHost = server.host.contains(":") ? "[\(server.host)]" : server.host
            return shownHost + (server.port.map { ":\($0)" } ?? "")
        }
        return "postgres://\(name)\(shown.joined(separator: ","))/\(database)"
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

    /// The parameters that libpq is given for a server; the password is among them.
    ///
    /// What is not named here would come from `PG…` environment variables, so whatever matters is.
    func connectionParameters(of server: Server) -> [(name: String, value: String)] {
        let fresh = loginFile?.login()
        var list = isForeign ? Self.nothingFound : []
        list += [
            ("client_encoding", "UTF8"), ("application_name", applicationName),
            ("gssencmode", "disable"), ("ssl_min_protocol_version", "TLSv1.2"),
            ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(deadPeerTimeout.wholeMilliseconds)"),
            ("target_session_attrs", sessionKind),
        ]
        let optional: [(String, String?)] = [
            ("host", server.host.isEmpty ? nil : server.host),
            ("port", server.port.map { "\($0)" }),
            ("user", fresh.map(\.user) ?? user),
            ("password", (fresh.map(\.password) ?? password)?.revealed),
            ("dbname", database.isEmpty ? nil : database),
            ("options", options),
        ]
        list += optional.compactMap { name, value in value.map { (name, $0) } }
        return list + tls.connectionParameters
    }
}
