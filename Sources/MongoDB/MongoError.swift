/// What went wrong between this process and a MongoDB server.
public struct MongoError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; decisions are made from it and never from ``message``.
    public enum Code: Sendable, Hashable {
        /// The server refused a command, by its own number.
        case server(Int)
        /// No server could be reached, or the connection has ended.
        case unavailable
        /// The server did not accept the user or the password.
        case authentication
        /// The configuration cannot be used.
        case invalidConfiguration
        /// The database has no such collection.
        case missing
        /// The filter is no filter.
        case invalidFilter
        /// The server does not take one document, by its own number.
        case refused(Int)
        /// No document can be made of what is to be written.
        case unfit
        /// A document that does not follow the format.
        case malformed
        /// What the library has found, by its number.
        case client(Int)
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, in one line, without values of documents.
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same work may well succeed when it is tried again, on a new connection.
    public var isRetryable: Bool {
        switch code {
        case .unavailable: true
        case .server(let number): Self.passing.contains(number)
        case .authentication, .invalidConfiguration, .missing, .invalidFilter, .refused, .unfit,
            .malformed, .client:
            false
        }
    }

    /// The message and the server's number.
    public var description: String {
        switch code {
        case .server(let number), .refused(let number), .client(let number):
            "\(message) (error \(number))"
        default: message
        }
    }

    // HostUnreachable, HostNotFound, LockTimeout, CursorNotFound, WriteConcernFailed, NetworkTimeout, ShutdownInProgress,
    // WriteConflict, PrimarySteppedDown, CursorKilled, ExceededTimeLimit, InterruptedAtShutdown, Interrupted…,
    // NotWritablePrimary, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary; socket exceptions; too many requests (of what
    // speaks like MongoDB)
    static let passing: Set<Int> = [
        6, 7, 24, 43, 64, 89, 91, 112, 189, 237, 262, 11600, 11601, 11602, 10107, 13435, 13436,
        9001,
        16500,
    ]
}
