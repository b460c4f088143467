public import AMQP
public import Logging
public import Planning

/// Takes tasks from the queues of some pools.
///
/// With one pool it holds at most as many unsettled deliveries as there are slots. Slots are divided
/// among several pools by their weights, at least one each, because quorum queues know no prefetch for a
/// whole channel and a worker must not sit on messages that another could run. So each pool has slots that
/// no other takes.
public final class BrokerTaskReceiver: TaskReceiver {
    /// The tasks; ends after ``stop()``.
    public let deliveries: AsyncStream<TaskDelivery>
    /// The prefetch of each pool's queue.
    public let shares: [String: Int]
    private let consumer: AMQPConsumer
    private let log: BrokerLog
    private let countWaiting: @Sendable () async -> [String: Int]?

    /// Connects, declares the queues of `pools`, and starts to take tasks.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - topology: The fleet's names.
    ///   - pools: The pools to serve, at least one.
    ///   - weights: How much each pool counts when the slots are divided; one that is not in it counts 1.
    ///   - slots: How many tasks run at a time.
    ///   - publisher: Sets aside what cannot be decoded, or is not signed with its key.
    ///   - logger: Told of the connection's fate.
    /// - Returns: A receiver that is connected.
    /// - Throws: ``MessagingError`` for a bad pool name, ``AMQPError`` otherwise.
    public static func connect(
        to configuration: AMQPConfiguration,
        topology: Topology,
        pools: [String],
        weights: [String: Int] = [:],
        slots: Int,
        publisher: BrokerTaskPublisher,
        logger: Logger
    ) async throws -> BrokerTaskReceiver {
        let log = BrokerLog(logger, role: "tasks")
        let shares = SlotShares.divide(slots, among: pools, weights: weights)
        let subscriptions = shares.map { pool, share in
            AMQPSubscription(
                queue: topology.taskQueue(pool: pool),
                prefetch: UInt16(clamping: share)
            )
        }
        let consumer = try await AMQPConsumer.connect(to: configuration) { connection in
            try await topology.declare(pools: pools, on: connection)
            return subscriptions
        } onEvent: { event in
            log.record(event)
        }
        return BrokerTaskReceiver(
            consumer,
            shares: shares,
            publisher: publisher,
            log: log
        ) {
            try? await topology.waiting(pools: pools, configuration: configuration)
        }
    }

    private init(
        _ consumer: AMQPConsumer,
        shares: [String: Int],
        publisher: BrokerTaskPublisher,
        log: BrokerLog,
        countWaiting: @escaping @Sendable () async -> [String: Int]?
    ) {
        self.consumer = consumer
        self.log = log
        self.shares = shares
        self.countWaiting = countWaiting
        deliveries = AsyncStream {
            for await delivery in consumer.deliveries {
                if let task = await Self.task(in: delivery, consumer, publisher, log) {
                    return task
                }
            }
            return nil
        }
    }

    /// The task in a delivery; `nil` when there is none, and the delivery is set aside.
    private static func task(
        in delivery: AMQPDelivery,
        _ consumer: AMQPConsumer,
        _ publisher: BrokerTaskPublisher,
        _ log: BrokerLog
    ) async -> TaskDelivery? {
        do {
            let message = try publisher.envelope.task(
                in: delivery.body,
                size: delivery.bodySize,
                headers: delivery.headers
            )
            return TaskDelivery(
                message: message,
                redeliveries: delivery.deliveryCount,
                receipt: .init(
                    generation: delivery.receipt.generation,
                    tag: delivery.receipt.tag
                )
            )
        } catch {
            await setAside(delivery, because: error, consumer, publisher, log)
            return nil
        }
    }

    /// Moves a body that is no message of this warehouse to the dead letters.
    ///
    /// When that fails it goes back to its queue; the queue's delivery limit ends the repetition.
    private static func setAside(
        _ delivery: AMQPDelivery,
        because reason: EnvelopeError,
        _ consumer: AMQPConsumer,
        _ publisher: BrokerTaskPublisher,
        _ log: BrokerLog
    ) async {
        log.failed("a message cannot be read and is set aside", reason)
        do {
            try await publisher.setAside(delivery, error: reason)
            consumer.acknowledge(delivery.receipt)
        } catch {
            log.failed("a message could not be set aside", error)
            consumer.reject(delivery.receipt, requeue: true)
        }
    }

    /// Whether it has a connection to the broker now.
    public var isConnected: Bool { log.isConnected }

    /// Tells the broker that the delivery is settled.
    public func acknowledge(_ receipt: TaskDelivery.Receipt) async {
        consumer.acknowledge(AMQPReceipt(generation: receipt.generation, tag: receipt.tag))
    }

    /// Gives the delivery back to the queue.
    public func giveBack(_ receipt: TaskDelivery.Receipt) async {
        consumer.reject(
            AMQPReceipt(generation: receipt.generation, tag: receipt.tag),
            requeue: true
        )
    }

    /// How many tasks wait in each pool's queue, asked on a connection of its own.
    public func backlog() async -> [String: Int]? { await countWaiting() }

    /// Gives the connection up and makes another; what is not settled is delivered again.
    public func reconnect() async {
        consumer.reconnect()
    }

    /// Takes no more deliveries; those in hand can still be settled.
    public func stop() async {
        consumer.stopConsuming()
    }

    /// Sends the last settlements and closes the connection; the rest goes back to the queues.
    public func close() async {
        await consumer.close()
    }
}
