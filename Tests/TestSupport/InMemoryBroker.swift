public import Planning
import Synchronization

/// The twin of RabbitMQ: queues by pool, retry tiers, dead letters, events.
///
/// A message lives in it until it is acknowledged; a consumer that goes away gives back what it had.
public final class InMemoryBroker: Sendable {
    /// What goes wrong, by probability.
    public struct Faults: Sendable {
        /// Publishing throws although nothing was taken.
        public var refusedPublishes = 0.0
        /// Publishing throws although everything was taken.
        public var lostConfirms = 0.0
        /// A message disappears: a broker whose disk was lost.
        public var lostMessages = 0.0
        /// A message that a coordinator publishes arrives twice. (Retries do so by lost confirms; were
        /// they doubled here as well, those of a long attempt would grow without limit.)
        public var doubledMessages = 0.0
        /// An event disappears.
        public var lostEvents = 0.0
        /// An event arrives twice.
        public var doubledEvents = 0.0
        /// A message is taken from anywhere in its queue.
        public var shufflesQueues = false

        /// Nothing goes wrong.
        public init() {}
    }

    struct Message {
        var content: TaskMessage
        var redeliveries = 0
        var isSigned = true
    }

    private struct Consumer {
        var shares: [String: Int]
        var unsettled: [UInt64: Message] = [:]
        var isStopped = false
        var isConnected = true
        var mutePools: Set<String> = []
        var generation = 0
        let deliveries: AsyncStream<TaskDelivery>.Continuation

        func takes(from pool: String) -> Bool {
            isConnected && !isStopped && !mutePools.contains(pool)
                && unsettled.values.count { $0.content.pool == pool } < shares[pool, default: 0]
        }
    }

    private struct State {
        var isDown = false
        var faults = Faults()
        var queue: [Message] = []
        var consumers: [Int: Consumer] = [:]
        var listeners: [Int: AsyncStream<TaskEvent>.Continuation] = [:]
        var setAside: [TaskMessage: TaskFailure] = [:]
        var retries: [RetryTier: Int] = [:]
        var inRetry: [TaskMessage: Int] = [:]
        var lost: Set<TaskMessage> = []
        /// How often everything was lost.
        var wipes = 0
        var dropped: [TaskMessage] = []
        var isSettled: @Sendable (TaskMessage) -> Bool = { _ in true }
        var published = 0
        var lastNumber = 0
        var lastTag: UInt64 = 0

        mutating func newNumber() -> Int {
            lastNumber += 1
            return lastNumber
        }
    }

    private let state = Mutex(State())
    private let clock: TestClock
    private let dice: Dice

    /// An empty broker.
    public init(clock: TestClock, dice: Dice = Dice(seed: 0)) {
        self.clock = clock
        self.dice = dice
    }

    // MARK: What tests ask and do

    /// How many messages were published to the queues of tasks, retries not among them.
    public var publishedCount: Int { state.withLock { $0.published } }
    /// How many messages went into each retry tier.
    public var retries: [RetryTier: Int] { state.withLock { $0.retries } }
    /// The tasks that were set aside, and why.
    public var setAside: [TaskMessage: TaskFailure] { state.withLock { $0.setAside } }
    /// How many messages wait in queues and retry tiers, or are delivered and not settled.
    public var messageCount: Int {
        state.withLock { state in
            state.queue.count + state.inRetry.values.reduce(0, +)
                + state.consumers.values.reduce(0) { $0 + $1.unsettled.count }
        }
    }
    /// How many messages are delivered and not settled.
    public var unsettledCount: Int {
        state.withLock { $0.consumers.values.reduce(0) { $0 + $1.unsettled.count } }
    }

    /// Changes what goes wrong.
    public func setFaults(_ faults: Faults) { state.withLock { $0.faults = faults } }

    /// While it is down, publishing throws and nothing is delivered.
    public func setDown(_ isDown: Bool) {
        state.withLock { $0.isDown = isDown }
        deliver()
    }

    /// Loses every connection: what was not settled is delivered again, receipts become stale.
    public func dropConnections() {
        state.withLock { state in
            for id in state.consumers.keys.sorted() { Self.requeue(consumer: id, in: &state) }
        }
        deliver()
    }

    /// Loses every message: its disk is gone, and with it what waited for a retry or was not settled.
    public func wipe() {
        state.withLock { state in
            state.lost.formUnion(state.queue.map(\.content))
            state.lost.formUnion(state.inRetry.filter { $0.value > 0 }.keys)
            state.queue = []
            state.inRetry = [:]
            state.wipes += 1
            for id in state.consumers.keys {
                state.lost.formUnion(
                    state.consumers[id]?.unsettled.values.map(\.content) ?? []
                )
                state.consumers[id]?.unsettled = [:]
                let generation = state.newNumber()
                state.consumers[id]?.generation = generation
            }
        }
        deliver()
    }

    /// Messages that a consumer acknowledged although nothing carried their task on: no other message,
    /// no fault of the broker, and not `isSettled`, asked at that moment.
    public func findDropped(_ isSettled: @escaping @Sendable (TaskMessage) -> Bool) {
        state.withLock { $0.isSettled = isSettled }
    }

    /// What ``findDropped(_:)`` found.
    public var dropped: [TaskMessage] { state.withLock { $0.dropped } }

    /// Puts a message into its queue as if a coordinator had, `redeliveries` deaths ago.
    public func inject(_ message: TaskMessage, redeliveries: Int = 0) {
        enqueue(Message(content: message, redeliveries: redeliveries))
    }

    // MARK: What the ports do

    func publish(_ messages: [TaskMessage], isSigned: Bool) throws {
        let isLost = try accept()
        state.withLock { $0.published += messages.count }
        for message in messages {
            put(Message(content: message, isSigned: isSigned))
            if dice.happens(state.withLock { $0.faults.doubledMessages }) {
                put(Message(content: message, isSigned: isSigned))
            }
        }
        if isLost { throw TwinError(description: "the broker's confirm was lost") }
    }

    func publish(_ message: TaskMessage, after tier: RetryTier, isSigned: Bool) throws {
        let isLost = try accept()
        let wipes = state.withLock { state in
            state.retries[tier, default: 0] += 1
            state.inRetry[message, default: 0] += 1
            return state.wipes
        }
        clock.schedule(after: tier.delay) { [self] in
            let isThere = state.withLock { state in
                guard state.wipes == wipes else { return false }
                state.inRetry[message, default: 0] -= 1
                return true
            }
            guard isThere else { return }
            put(Message(content: message, isSigned: isSigned))
        }
        if isLost { throw TwinError(description: "the broker's confirm was lost") }
    }

    func setAside(_ message: TaskMessage, failure: TaskFailure) throws {
        let isLost = try accept()
        state.withLock { $0.setAside[message] = failure }
        if isLost { throw TwinError(description: "the broker's confirm was lost") }
    }

    func announce(_ event: TaskEvent) {
        let (listeners, faults) = state.withLock { state in
            (
                state.isDown ? [] : state.listeners.sorted { $0.key < $1.key }.map(\.value),
                state.faults
            )
        }
        for listener in listeners where !dice.happens(faults.lostEvents) {
            listener.yield(event)
            if dice.happens(faults.doubledEvents) { listener.yield(event) }
        }
    }

    func addConsumer(
        shares: [String: Int],
        deliveries: AsyncStream<TaskDelivery>.Continuation
    ) -> Int {
        let id = state.withLock { state in
            let id = state.newNumber()
            var consumer = Consumer(shares: shares, deliveries: deliveries)
            consumer.generation = state.newNumber()
            state.consumers[id] = consumer
            return id
        }
        deliver()
        return id
    }

    func addListener(_ events: AsyncStream<TaskEvent>.Continuation) -> Int {
        state.withLock { state in
            let id = state.newNumber()
            state.listeners[id] = events
            return id
        }
    }

    func removeListener(_ id: Int) {
        state.withLock { $0.listeners.removeValue(forKey: id) }?.finish()
    }

    func stop(consumer id: Int) {
        state.withLock { state in
            state.consumers[id]?.isStopped = true
            return state.consumers[id]?.deliveries
        }?
        .finish()
    }

    /// The consumer's connection closes.
    func disconnect(consumer id: Int) {
        let deliveries = state.withLock { state in
            Self.requeue(consumer: id, in: &state)
            return state.consumers.removeValue(forKey: id)?.deliveries
        }
        deliveries?.finish()
        deliver()
    }

    /// The consumer's connection breaks, or is made again.
    func setConnected(_ id: Int, _ isConnected: Bool) {
        state.withLock { state in
            state.consumers[id]?.isConnected = isConnected
            if !isConnected { Self.requeue(consumer: id, in: &state) }
        }
        deliver()
    }

    /// The consumer gets nothing more from a pool, and does not notice.
    func mute(consumer id: Int, pool: String) {
        state.withLock { _ = $0.consumers[id]?.mutePools.insert(pool) }
    }

    func reconnect(consumer id: Int) {
        state.withLock { state in
            state.consumers[id]?.mutePools = []
            Self.requeue(consumer: id, in: &state)
        }
        deliver()
    }

    /// How many messages of each pool no consumer has.
    var waiting: [String: Int] {
        state.withLock { Dictionary(grouping: $0.queue, by: \.content.pool).mapValues(\.count) }
    }

    func settle(_ receipt: TaskDelivery.Receipt, of id: Int, requeues: Bool) {
        state.withLock { state in
            guard state.consumers[id]?.generation == receipt.generation,
                var message = state.consumers[id]?.unsettled.removeValue(forKey: receipt.tag)
            else { return }
            guard requeues else { return Self.noteDropped(message.content, in: &state) }
            message.redeliveries += 1
            state.queue.append(message)
        }
        deliver()
    }

    private static func noteDropped(_ message: TaskMessage, in state: inout State) {
        let isCarried =
            state.inRetry[message, default: 0] > 0 || state.lost.contains(message)
            || state.queue.contains { $0.content == message }
            || state.consumers.values.contains { consumer in
                consumer.unsettled.values.contains { $0.content == message }
            }
        if !isCarried, !state.isSettled(message) { state.dropped.append(message) }
    }

    private static func requeue(consumer id: Int, in state: inout State) {
        guard let consumer = state.consumers[id] else { return }
        for (_, message) in consumer.unsettled.sorted(by: { $0.key < $1.key }) {
            var message = message
            message.redeliveries += 1
            state.queue.append(message)
        }
        state.consumers[id]?.unsettled = [:]
        let generation = state.newNumber()
        state.consumers[id]?.generation = generation
    }

    /// Refuses a publish, or says whether its confirm gets lost.
    private func accept() throws -> Bool {
        let (isDown, faults) = state.withLock { ($0.isDown, $0.faults) }
        if isDown || dice.happens(faults.refusedPublishes) {
            throw TwinError(description: "the broker cannot be reached")
        }
        return dice.happens(faults.lostConfirms)
    }

    private func put(_ message: Message) {
        let faults = state.withLock { $0.faults }
        guard !dice.happens(faults.lostMessages) else {
            state.withLock { _ = $0.lost.insert(message.content) }
            return
        }
        enqueue(message)
    }

    private func enqueue(_ message: Message) {
        state.withLock { $0.queue.append(message) }
        deliver()
    }

    /// Hands messages to consumers with room, in the order of the consumers' arrival.
    private func deliver() {
        state.withLock { state in
            guard !state.isDown else { return }
            for id in state.consumers.keys.sorted() {
                while let consumer = state.consumers[id],
                    let message = takeMessage(for: consumer, from: &state)
                {
                    guard message.isSigned else {
                        state.setAside[message.content] = Self.unsigned
                        continue
                    }
                    state.lastTag += 1
                    let tag = state.lastTag
                    state.consumers[id]?.unsettled[tag] = message
                    consumer.deliveries.yield(
                        TaskDelivery(
                            message: message.content,
                            redeliveries: message.redeliveries,
                            receipt: .init(generation: consumer.generation, tag: tag)
                        )
                    )
                }
            }
        }
    }

    /// What a receiver says of a message that nobody of its warehouse has signed.
    private static let unsigned = TaskFailure(
        code: "message.unsigned",
        message: "the message is not signed by this warehouse",
        isRetryable: false
    )

    private func takeMessage(for consumer: Consumer, from state: inout State) -> Message? {
        let pools = consumer.shares.keys.filter(consumer.takes)
        guard !pools.isEmpty else { return nil }
        let candidates = state.queue.indices.filter { index in
            pools.contains(state.queue[index].content.pool)
        }
        guard let first = candidates.first else { return nil }
        let index =
            state.faults.shufflesQueues
            ? candidates[dice.number(in: 0..<candidates.count)] : first
        return state.queue.remove(at: index)
    }
}
