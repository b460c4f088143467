public import Ledger
public import Planning

/// What the ledger, the broker and Redis tell of a fleet; what a server does not tell is not known,
/// which is something else than nothing.
public struct FleetStatus: Sendable, Encodable {
    /// The newest loads, newest first.
    public var loads: [LoadReport]
    /// Who coordinates loads now.
    public var coordinators: [ActiveCoordinator]
    /// Firings of schedules that are not loaded by their deadline.
    public var overdue: [OverdueFiring] = []
    /// The registered workers; `nil` when Redis does not answer.
    public var workers: [WorkerPresence]?
    /// How much of their files the running tasks of running loads have read; `nil` for a login that may not see it, or when
    /// Redis does not answer.
    public var readings: [LoadReading]?
    /// The queues with tasks, and that of dead letters; `nil` when RabbitMQ does not answer.
    public var queues: [Queue]?
    /// Exports of which something is not delivered; `nil` for a login that may not see them.
    public var exports: [ExportStanding]?
    /// What is wrong with servers.
    public private(set) var problems: [ServerProblem]

    /// A queue of the broker.
    public struct Queue: Sendable, Encodable {
        /// What it is called.
        public var name: String
        /// Messages that no consumer has yet.
        public var ready: Int
        /// Consumers.
        public var consumers: Int

        /// A queue of a name and depth.
        public init(name: String, ready: Int, consumers: Int) {
            self.name = name
            self.ready = ready
            self.consumers = consumers
        }
    }

    /// A server that does not answer, or does not do what it is there for.
    public struct ServerProblem: Sendable, Encodable {
        /// `RabbitMQ`, `Redis`.
        public var server: String
        /// What is wrong, and what follows from it.
        public var problem: String
    }

    private enum CodingKeys: CodingKey {
        case loads, coordinators, overdue, workers, readings, queues, exports, problems
    }

    /// A status by the ledger alone: workers and queues are not known yet.
    public init(
        loads: [LoadReport],
        coordinators: [ActiveCoordinator]
    ) {
        self.loads = loads
        self.coordinators = coordinators
        problems = []
    }

    /// What is not known is written as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(loads, forKey: .loads)
        try container.encode(coordinators, forKey: .coordinators)
        try container.encode(overdue, forKey: .overdue)
        try container.encode(workers, forKey: .workers)
        try container.encode(readings, forKey: .readings)
        try container.encode(queues, forKey: .queues)
        try container.encode(exports, forKey: .exports)
        try container.encode(problems, forKey: .problems)
    }

    /// Adds what is wrong with a server.
    public mutating func add(_ server: String, _ problem: String) {
        problems.append(ServerProblem(server: server, problem: problem))
    }
}
