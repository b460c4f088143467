public import AMQP
public import Planning

/// The queues and exchanges of one fleet of one warehouse.
///
/// `<fleet>` is the fleet's name and the warehouse's, as in `longshore.3f9ac2d417e0`.
///
/// * `<fleet>.tasks.<pool>`: tasks. A task that was delivered 20 times without a settlement, or that
///   is rejected, goes to `<fleet>.dead`.
/// * `<fleet>.retry.<pool>.<tier>`: tasks that wait for their next attempt; when the tier's time is
///   over the broker moves them back into the pool's queue. A tier has queues per pool because the
///   broker needs a fixed target, and because a queue with one time to live never blocks its head.
/// * `<fleet>.dead`: what people must look at.
/// * `<fleet>.events`: a fanout exchange; each coordinator has a queue of its own on it.
///
/// All of them are quorum queues with at-least-once dead-lettering: the message leaves its queue only
/// when the target has confirmed it. That needs `reject-publish` as the overflow behaviour.
public struct Topology: Sendable, Hashable {
    /// The deliveries after which the broker itself sets a task aside.
    public static let deliveryLimit = 20

    /// Whose they are.
    public let identity: FleetIdentity

    /// Creates the topology of a fleet.
    public init(_ identity: FleetIdentity) {
        self.identity = identity
    }

    /// The prefix of all names: several fleets, and several warehouses, can share a broker.
    var fleet: String { "\(identity.name).\(identity.warehouse)" }

    /// The queue of dead letters.
    public var deadQueue: String { "\(fleet).dead" }
    /// The exchange of events.
    public var eventsExchange: String { "\(fleet).events" }

    /// The queue of a pool's tasks.
    public func taskQueue(pool: String) -> String { "\(fleet).tasks.\(pool)" }

    /// The queue in which a pool's tasks wait for `tier`.
    public func retryQueue(pool: String, tier: RetryTier) -> String {
        "\(fleet).retry.\(pool).\(tier.label)"
    }

    /// All queues of some pools, and that of dead letters.
    public func queues(pools: [String]) -> [String] {
        pools.flatMap { pool in
            [taskQueue(pool: pool)]
                + RetryTier.allCases.map { retryQueue(pool: pool, tier: $0) }
        } + [deadQueue]
    }

    /// Makes sure that everything exists; does nothing where it does.
    ///
    /// - Throws: ``AMQPError`` `refused(406)` when a queue exists with other settings.
    public func declare(pools: [String], on connection: AMQPConnection) async throws {
        for pool in pools { try PoolName.validate(pool) }
        try await connection.declareQueue(deadQueue, arguments: deadArguments)
        try await connection.declareFanoutExchange(eventsExchange)
        for pool in pools {
            try await connection.declareQueue(
                taskQueue(pool: pool),
                arguments: taskArguments
            )
            for tier in RetryTier.allCases {
                try await connection.declareQueue(
                    retryQueue(pool: pool, tier: tier),
                    arguments: retryArguments(pool: pool, tier: tier)
                )
            }
        }
    }

    /// Letters are read and given back any number of times: without a word of ours RabbitMQ 4 drops them at
    /// the 20th. <https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling>
    private var deadArguments: AMQPTable {
        ["x-queue-type": "quorum", "x-delivery-limit": .integer(Int64(Int32.max))]
    }

    private var taskArguments: AMQPTable {
        var arguments = arguments(deadLettersTo: deadQueue)
        arguments["x-delivery-limit"] = .integer(Int64(Self.deliveryLimit))
        return arguments
    }

    private func retryArguments(pool: String, tier: RetryTier) -> AMQPTable {
        var arguments = arguments(deadLettersTo: taskQueue(pool: pool))
        arguments["x-message-ttl"] = .integer(Int64(tier.rawValue) * 1_000)
        return arguments
    }

    private func arguments(deadLettersTo queue: String) -> AMQPTable {
        [
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": .string(queue),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        ]
    }
}
