import AMQP
import Logging
import Planning
import TestSupport

@testable import Messaging

/// A fleet of a test's own on the real broker of the shared stack.
struct Fleet {
    let configuration: AMQPConfiguration
    var topology: Topology
    /// What the fleet signs with.
    let key = MessageKey(String(repeating: "0", count: 64))
    /// What a stranger who shares the broker would sign with.
    static let strangersKey = MessageKey(String(repeating: "1", count: 64))
    let pools: [String]
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Where the broker is.
    private static func brokerURL() async throws -> String { try await TestStack.shared().amqpURL }

    /// Runs `body`, and deletes the fleet's queues afterwards.
    static func with(
        pools: [String] = ["default"],
        of warehouse: String = "0123456789ab",
        _ body: (Fleet) async throws -> Void
    ) async throws {
        let fleet = Fleet(
            configuration: try AMQPConfiguration(url: await brokerURL()),
            topology: Topology(
                FleetIdentity(
                    name: try await TestStack.shared().uniqueFleet(),
                    warehouse: warehouse
                )
            ),
            pools: pools
        )
        do {
            try await body(fleet)
        } catch {
            try await fleet.delete()
            throw error
        }
        try await fleet.delete()
    }

    /// The fleet's publisher, or with another `key` a stranger's.
    func publisher(key: MessageKey? = nil) async throws -> BrokerTaskPublisher {
        try await .connect(
            to: configuration,
            topology: topology,
            key: key ?? self.key,
            pools: pools,
            logger: logger
        )
    }

    func receiver(
        slots: Int = 4,
        publisher: BrokerTaskPublisher
    ) async throws -> BrokerTaskReceiver {
        try await .connect(
            to: configuration,
            topology: topology,
            pools: pools,
            slots: slots,
            publisher: publisher,
            logger: logger
        )
    }

    func events() async throws -> BrokerEventReceiver {
        try await .connect(to: configuration, topology: topology, key: key, logger: logger)
    }

    var letters: DeadLetters { DeadLetters(configuration, topology: topology, key: key) }

    /// How the fleet writes and reads messages.
    var envelope: Envelope { Envelope(warehouse: topology.identity.warehouse, key: key) }

    func depth(_ queue: String) async throws -> Int? {
        try await topology.queueDepths(pools: pools, configuration: configuration)[queue]?.ready
    }

    /// Publishes a body that the fleet's own publisher never would.
    func publish(
        raw body: [UInt8],
        headers: AMQPTable = [:],
        pool: String = "default"
    ) async throws {
        let publisher = try await AMQPPublisher.connect(to: configuration)
        try await publisher.publish([
            AMQPMessage(routingKey: topology.taskQueue(pool: pool), body: body, headers: headers)
        ])
        await publisher.close()
    }

    /// Takes `count` messages from the dead letters.
    func deadLetters(_ count: Int) async throws -> [AMQPDelivery] {
        let queue = topology.deadQueue
        let consumer = try await AMQPConsumer.connect(to: configuration) { _ in
            [AMQPSubscription(queue: queue, prefetch: 100)]
        }
        var letters: [AMQPDelivery] = []
        for await letter in consumer.deliveries {
            consumer.acknowledge(letter.receipt)
            letters.append(letter)
            if letters.count == count { break }
        }
        await consumer.close()
        return letters
    }

    func delete() async throws {
        let connection = try await AMQPConnection.connect(to: configuration)
        for queue in topology.queues(pools: pools) { try await connection.deleteQueue(queue) }
        try await connection.deleteExchange(topology.eventsExchange)
        await connection.close()
    }
}

extension TaskMessage {
    /// A task of load 7 in the pool `default`.
    init(_ ordinal: Int, pool: String = "default") {
        self.init(task: LoadTaskID(load: 7, ordinal: ordinal), pool: pool)
    }
}

extension AsyncStream {
    /// The next element, from an iterator of its own.
    func next() async -> Element? {
        var iterator = makeAsyncIterator()
        return await iterator.next()
    }
}
