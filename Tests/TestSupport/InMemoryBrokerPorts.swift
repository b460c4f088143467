public import Planning

/// The twin of a connection that publishes.
public struct InMemoryPublisher: TaskPublisher {
    private let broker: InMemoryBroker
    private let process: FakeProcess
    private let isStranger: Bool

    /// A publisher of `process`; a stranger has another key than the receivers.
    public init(
        _ broker: InMemoryBroker,
        process: FakeProcess = FakeProcess("publisher"),
        isStranger: Bool = false
    ) {
        self.broker = broker
        self.process = process
        self.isStranger = isStranger
    }

    /// Puts tasks into the queues of their pools.
    public func publish(_ messages: [TaskMessage]) async throws {
        try await process.reach(.broker)
        try broker.publish(messages, isSigned: !isStranger)
    }

    /// Puts a task into a retry tier.
    public func publish(_ message: TaskMessage, after tier: RetryTier) async throws {
        try await process.reach(.broker)
        try broker.publish(message, after: tier, isSigned: !isStranger)
    }

    /// Sets a task aside.
    public func setAside(_ message: TaskMessage, failure: TaskFailure) async throws {
        try await process.reach(.broker)
        try broker.setAside(message, failure: failure)
    }

    /// Tells those who listen.
    public func announce(_ event: TaskEvent) async {
        // Receivers drop what is not signed with their key.
        if await process.reaches(.broker), !isStranger { broker.announce(event) }
    }
}

/// The twin of a connection that takes tasks; its death gives them back.
public struct InMemoryTaskReceiver: TaskReceiver {
    /// The deliveries.
    public let deliveries: AsyncStream<TaskDelivery>
    /// How many deliveries it takes at a time from each of its pools.
    public let shares: [String: Int]
    private let broker: InMemoryBroker
    private let process: FakeProcess
    private let consumer: Int

    /// A receiver of `process` for at most `slots` deliveries at a time.
    public init(
        _ broker: InMemoryBroker,
        slots: Int,
        pools: [String] = ["default"],
        process: FakeProcess = FakeProcess("receiver")
    ) {
        self.broker = broker
        self.process = process
        shares = SlotShares.divide(slots, among: pools)
        let (deliveries, continuation) = AsyncStream<TaskDelivery>.makeStream()
        self.deliveries = deliveries
        let consumer = broker.addConsumer(shares: shares, deliveries: continuation)
        self.consumer = consumer
        process.onDeath { broker.disconnect(consumer: consumer) }
        process.onReachability(of: .broker) { isReachable in
            broker.setConnected(consumer, isReachable)
        }
    }

    /// Forgets the message.
    public func acknowledge(_ receipt: TaskDelivery.Receipt) async {
        guard await process.reaches(.broker) else { return }
        broker.settle(receipt, of: consumer, requeues: false)
    }

    /// Puts the message back.
    public func giveBack(_ receipt: TaskDelivery.Receipt) async {
        guard await process.reaches(.broker) else { return }
        broker.settle(receipt, of: consumer, requeues: true)
    }

    /// Ends the deliveries.
    public func stop() async { broker.stop(consumer: consumer) }

    /// What nobody has.
    public func backlog() async -> [String: Int]? {
        await process.reaches(.broker) ? broker.waiting : nil
    }

    /// Gives the connection up and makes another.
    public func reconnect() async { broker.reconnect(consumer: consumer) }

    /// Plays a broker that has forgotten the consumer of a pool: the connection lives, and nothing comes.
    public func mute(_ pool: String = "default") { broker.mute(consumer: consumer, pool: pool) }

    /// Closes the connection: what is not settled goes back.
    public func disconnect() { broker.disconnect(consumer: consumer) }
}

/// The twin of a connection that hears events.
public struct InMemoryEventReceiver: EventReceiver {
    /// The events.
    public let events: AsyncStream<TaskEvent>

    /// A listener of `process`.
    public init(_ broker: InMemoryBroker, process: FakeProcess = FakeProcess("listener")) {
        let (events, continuation) = AsyncStream<TaskEvent>.makeStream()
        self.events = events
        let listener = broker.addListener(continuation)
        process.onDeath { broker.removeListener(listener) }
    }
}
