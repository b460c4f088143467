public import AMQP
public import Logging
public import Planning
import Synchronization

/// Publishes tasks, retries, dead letters and events of one fleet.
public final class BrokerTaskPublisher: TaskPublisher {
    private let publisher: AMQPPublisher
    private let configuration: AMQPConfiguration
    private let topology: Topology
    /// How messages are written and signed.
    let envelope: Envelope
    private let knownPools: KnownPools
    private let log: BrokerLog

    /// Connects and declares the queues of `pools`; those of other pools are declared when a task
    /// for one is published.
    ///
    /// Messages are signed with `key`.
    public static func connect(
        to configuration: AMQPConfiguration,
        topology: Topology,
        key: MessageKey,
        pools: [String],
        logger: Logger
    ) async throws -> BrokerTaskPublisher {
        let knownPools = KnownPools(pools)
        let log = BrokerLog(logger, role: "publisher")
        let publisher = try await AMQPPublisher.connect(to: configuration) { connection in
            try await topology.declare(pools: knownPools.all, on: connection)
        } onEvent: { event in
            log.record(event)
        }
        return BrokerTaskPublisher(
            publisher: publisher,
            configuration: configuration,
            topology: topology,
            envelope: Envelope(warehouse: topology.identity.warehouse, key: key),
            knownPools: knownPools,
            log: log
        )
    }

    /// How often the connection was lost since it was first made, for metrics: also when the broker
    /// stopped reading and the socket had to be shut down.
    public var losses: Int { log.losses }

    /// Why the broker takes no messages, in its own words (`low on disk`); `nil` when it takes them.
    public var alarm: String? { log.alarm }

    private init(
        publisher: AMQPPublisher,
        configuration: AMQPConfiguration,
        topology: Topology,
        envelope: Envelope,
        knownPools: KnownPools,
        log: BrokerLog
    ) {
        self.publisher = publisher
        self.configuration = configuration
        self.topology = topology
        self.envelope = envelope
        self.knownPools = knownPools
        self.log = log
    }

    /// Puts tasks into the queues of their pools; returns when the broker has confirmed all.
    ///
    /// - Throws: ``MessagingError`` for a bad pool name, ``AMQPError`` otherwise.
    public func publish(_ messages: [TaskMessage]) async throws {
        let letters = try messages.map { message in
            try envelope.letter(message, to: topology.taskQueue(pool: message.pool))
        }
        try await publish(letters, pools: Set(messages.map(\.pool)))
    }

    /// Puts a task into a retry queue, from which it returns to its pool after the tier's delay.
    public func publish(_ message: TaskMessage, after tier: RetryTier) async throws {
        let queue = topology.retryQueue(pool: message.pool, tier: tier)
        let letter = try envelope.letter(message, to: queue)
        try await publish([letter], pools: [message.pool])
    }

    /// Sets a task aside for people, with the reason in headers.
    public func setAside(_ message: TaskMessage, failure: TaskFailure) async throws {
        let letter = try envelope.letter(
            message,
            to: topology.deadQueue,
            headers: DeadLetterHeader.headers(
                code: failure.code,
                message: failure.message,
                queue: topology.taskQueue(pool: message.pool)
            )
        )
        try await publish([letter], pools: [])
    }

    /// Sets a body aside that is no message of this warehouse, and signs nothing.
    func setAside(_ delivery: AMQPDelivery, error: EnvelopeError) async throws {
        let letter = AMQPMessage(
            routingKey: topology.deadQueue,
            body: delivery.body,
            headers: DeadLetterHeader.headers(
                code: "message.\(error.code)",
                message: error.description,
                queue: delivery.queue
            ),
            contentType: delivery.contentType
        )
        try await publish([letter], pools: [])
    }

    /// Tells coordinators that a task's state has changed; gives up after five seconds, with a log
    /// line, because they also look for themselves.
    public func announce(_ event: TaskEvent) async {
        do {
            let letter = try envelope.letter(event, to: topology.eventsExchange)
            try await publisher.publish([letter], timeout: .seconds(5))
        } catch {
            log.failed("an event could not be announced", error)
        }
    }

    /// Closes the connection.
    public func close() async {
        await publisher.close()
    }

    /// Publishes; when a queue has been deleted meanwhile, declares all again and publishes once more.
    private func publish(_ letters: [AMQPMessage], pools: Set<String>) async throws {
        if knownPools.add(pools) { try await declare() }
        do {
            try await publisher.publish(letters)
        } catch let error as AMQPError where error.code == .returned {
            try await declare()
            try await publisher.publish(letters)
        }
    }

    private func declare() async throws {
        let connection = try await AMQPConnection.connect(to: configuration)
        do {
            try await topology.declare(pools: knownPools.all, on: connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// The pools whose queues exist as far as this process knows.
private final class KnownPools: Sendable {
    private let pools: Mutex<Set<String>>

    init(_ pools: [String]) {
        self.pools = Mutex(Set(pools))
    }

    var all: [String] { pools.withLock { $0.sorted() } }

    /// Adds pools; `true` when one of them is new.
    func add(_ new: Set<String>) -> Bool {
        pools.withLock { pools in
            defer { pools.formUnion(new) }
            return !new.isSubset(of: pools)
        }
    }
}
