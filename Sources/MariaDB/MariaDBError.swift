/// What went wrong between this process and a MariaDB or MySQL server.
public struct MariaDBError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; decisions are made from it and never from ``message``.
    public enum Code: Sendable, Hashable {
        /// The server refused a statement, by its own number: 1146.
        case server(Int)
        /// No server could be reached: refused, no route, an unknown host name.
        case connectionRefused
        /// The connection ended, or had ended before.
        case connectionLost
        /// The server did not accept the user or the password.
        case authentication
        /// TLS could not be set up, or the server's certificate is not trusted.
        case tls
        /// The task was cancelled.
        case cancelled
        /// A row is larger than may be.
        case tooLarge
        /// The configuration cannot be used.
        case invalidConfiguration
        /// What the library has found, by its number.
        case client(Int)
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, in one line, without values of rows.
    public var message: String
    /// The server's five characters: `42S02`.
    public var sqlState: String?

    init(_ code: Code, _ message: String, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    /// Whether the same work may well succeed when it is tried again later, on a new connection.
    public var isRetryable: Bool {
        switch code {
        case .connectionRefused, .connectionLost: true
        case .server(let number): Self.passing.contains(number) || isFull
        case .authentication, .tls, .cancelled, .tooLarge, .invalidConfiguration, .client: false
        }
    }

    /// Whether the server has no connection left.
    public var isFull: Bool {
        guard case .server(let number) = code else { return false }
        return Self.connectionLimits.contains(number)
    }

    /// Whether the server is there and refuses the statement; otherwise no statement would do.
    public var refusesStatement: Bool {
        guard case .server = code else { return false }
        return ["21", "22", "23", "42"].contains(sqlState?.prefix(2) ?? "")
    }

    /// The message and the server's code.
    public var description: String {
        let facts = [Self.number(code), sqlState.map { "SQLSTATE \($0)" }].compactMap(\.self)
        return facts.isEmpty ? message : "\(message) (\(facts.joined(separator: ", ")))"
    }

    private static func number(_ code: Code) -> String? {
        switch code {
        case .server(let number), .client(let number): "error \(number)"
        default: nil
        }
    }

    // ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED
    private static let connectionLimits: Set<Int> = [1040, 1203, 1226]

    // ER_SERVER_SHUTDOWN, ER_DISK_FULL, ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_TABLE_DEF_CHANGED,
    // ER_QUERY_INTERRUPTED, ER_CONNECTION_KILLED
    private static let passing: Set<Int> = [1053, 1021, 1205, 1213, 1412, 1317, 1927]
}
