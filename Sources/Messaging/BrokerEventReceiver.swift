public import AMQP
public import Logging
public import Planning

/// Hears the events of a fleet's workers.
///
/// Every receiver has a queue of its own, which vanishes with its connection: coordinators do not
/// take events from each other, and nothing piles up for one that is gone.
public final class BrokerEventReceiver: EventReceiver {
    /// How many events may be on their way to this receiver.
    private static let prefetch: UInt16 = 200

    /// Events as they arrive; those between two connections are lost.
    public let events: AsyncStream<TaskEvent>
    private let consumer: AMQPConsumer

    /// Connects and listens to events that are signed with `key`.
    public static func connect(
        to configuration: AMQPConfiguration,
        topology: Topology,
        key: MessageKey,
        logger: Logger
    ) async throws -> BrokerEventReceiver {
        let log = BrokerLog(logger, role: "events")
        let consumer = try await AMQPConsumer.connect(to: configuration) { connection in
            try await topology.declare(pools: [], on: connection)
            let queue = try await connection.declareQueue(
                isDurable: false,
                isExclusive: true,
                isAutoDelete: true
            )
            try await connection.bind(queue: queue.name, to: topology.eventsExchange)
            return [AMQPSubscription(queue: queue.name, prefetch: prefetch, isExclusive: true)]
        } onEvent: { event in
            log.record(event)
        }
        let envelope = Envelope(warehouse: topology.identity.warehouse, key: key)
        return BrokerEventReceiver(consumer, envelope, log: log)
    }

    private init(_ consumer: AMQPConsumer, _ envelope: Envelope, log: BrokerLog) {
        self.consumer = consumer
        events = AsyncStream {
            for await delivery in consumer.deliveries {
                consumer.acknowledge(delivery.receipt)
                do {
                    return try envelope.event(
                        in: delivery.body,
                        size: delivery.bodySize,
                        headers: delivery.headers
                    )
                } catch {
                    log.ignored("an event cannot be read and is dropped", error)
                }
            }
            return nil
        }
    }

    /// Closes the connection and ends ``events``.
    public func close() async {
        await consumer.close()
    }
}
