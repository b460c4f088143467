/// What runs of a local stack.
public struct StackStatus: Sendable, Hashable {
    /// How one server is.
    public enum Condition: String, Sendable, Hashable {
        /// It runs and answers.
        case running
        /// Its process is alive, but does not answer.
        case silent
        /// It does not run.
        case stopped
    }

    /// One server.
    public struct Line: Sendable, Hashable {
        /// Which server.
        public let server: StackServer
        /// How it is.
        public let condition: Condition
        /// Its port on 127.0.0.1; `nil` when none was ever chosen.
        public let port: Int?
        /// Its process, when it is alive.
        public let processID: Int32?
        /// Its log, when it ever ran.
        public let log: String?
    }

    /// The servers, in the order RabbitMQ, Postgres, Redis.
    public let servers: [Line]

    /// Whether all three run and answer.
    public var isUp: Bool { servers.allSatisfy { $0.condition == .running } }
    /// Whether none of them runs.
    public var isDown: Bool { servers.allSatisfy { $0.condition == .stopped } }
}
