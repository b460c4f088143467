/// What went wrong between this process and a Postgres server.
public struct PostgresError: Error, Sendable {
    /// The kind of failure; decisions are made from it and never from ``message``.
    public enum Code: Sendable, Hashable {
        /// The server refused a statement; the session goes on.
        case sqlState(SQLState)
        /// No server could be reached: refused, no route, an unknown host name, or a database that takes
        /// no connections for now.
        case connectionRefused
        /// The connection ended, or had ended before. Whether a COMMIT on its way took effect is
        /// not known.
        case connectionLost
        /// The server did not accept the user or the password.
        case authentication
        /// TLS could not be set up: the certificate is not trusted or names another host, or the
        /// server has no TLS.
        case tls
        /// The task was cancelled, or ``PostgresConnection/cancel()`` was called.
        case cancelled
        /// Connecting, cleaning up after a failure, or what is ``PostgresConnection/limited(to:_:)`` took longer than it may.
        case timeout
        /// The configuration cannot be used.
        case invalidConfiguration
        /// A parameter or a statement that cannot be sent.
        case invalidParameter
        /// A result that does not have the expected column, type or value.
        case unexpectedResult
        /// A call that does not fit the connection's state.
        case misuse
        /// Data that does not follow the protocol or the format.
        case protocolViolation
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, in one line; from the server it is the primary message only.
    public var message: String
    /// The server's code, also where ``code`` says more, as for `connectionLost`.
    public var sqlState: SQLState?
    /// The schema of what the error is about, when the server names one.
    public var schema: String?
    /// The table that the error is about, when the server names one.
    public var table: String?
    /// The column that the error is about, when the server names one.
    public var column: String?
    /// The constraint that does not hold, when the server names one.
    public var constraint: String?
    /// Where in the statement that was sent the problem is, in characters from 1, when the server tells.
    public var position: Int?
    /// Who had the lock that was waited for in vain, in words, where somebody has looked.
    public var lockHolders: String?
    /// What else the server said, which may hold values of rows: never log it.
    public var unloggableDetails: Details?

    /// The parts of a server's message that may hold values of rows.
    public struct Details: Sendable, Hashable {
        /// The server's DETAIL.
        public var detail: String?
        /// The server's HINT.
        public var hint: String?
        /// The server's CONTEXT, for a COPY with the line and its values.
        public var context: String?
    }

    /// An error of this module itself.
    init(_ code: Code, _ message: String, sqlState: SQLState? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    /// Whether the same work may well succeed when it is tried again later, if needed on a new
    /// connection.
    public var isRetryable: Bool {
        switch code {
        case .sqlState(let state): state.isRetryable
        case .connectionRefused, .connectionLost, .timeout: true
        case .protocolViolation: true
        case .authentication, .tls, .cancelled, .invalidConfiguration, .invalidParameter,
            .unexpectedResult, .misuse:
            false
        }
    }

    /// Whether the server, or the way to it, has failed, and not what it was asked for.
    public var isServerTrouble: Bool {
        if sqlState?.isServerTrouble == true { return true }
        return switch code {
        case .connectionRefused, .connectionLost, .timeout: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// The message and what it is about; safe to show.
    public var description: String {
        let facts = [
            sqlState.map { "SQLSTATE \($0)" },
            table.map { "table `\($0)`" },
            column.map { "column `\($0)`" },
            constraint.map { "constraint `\($0)`" },
        ]
        .compactMap(\.self)
        let told = message + (lockHolders.map { ": \($0) was in the way" } ?? "")
        return facts.isEmpty ? told : "\(told) (\(facts.joined(separator: ", ")))"
    }
}

extension PostgresError: CustomDebugStringConvertible, CustomReflectable {
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// A mirror without the details, so that `dump` and test failures do not show them.
    public var customMirror: Mirror {
        Mirror(self, children: ["code": code, "description": description])
    }
}

extension PostgresError {
    /// A call on a connection that is closed or lost.
    static func notConnected(to configuration: PostgresConfiguration) -> PostgresError {
        PostgresError(
            .connectionLost,
            "the connection to `\(configuration)` is closed or lost; open a new one"
        )
    }

    /// A connection that broke; of what libpq says, the first line tells why.
    static func broken(libraryMessage: String) -> PostgresError {
        let line = libraryMessage.split(separator: "\n").first.map(String.init)
        return PostgresError(.connectionLost, line ?? "the connection to the server broke")
    }

    /// A statement or parameter that the protocol would cut at its first NUL.
    static func containsNUL(_ what: String) -> PostgresError {
        PostgresError(
            .invalidParameter,
            "\(what) contains a NUL character, which Postgres cannot store in text; remove it, or "
                + "send `bytes`"
        )
    }

    /// The task was cancelled before or while a statement ran.
    static func cancelled(_ what: String) -> PostgresError {
        PostgresError(.cancelled, "\(what) was cancelled")
    }
}
