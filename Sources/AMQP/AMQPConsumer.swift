/// Takes messages from queues; reconnects by itself.
///
/// It has a connection and a thread of its own, which serves heartbeats and sends settlements
/// whatever the code that works on deliveries does. After a lost connection ``deliveries`` goes on
/// with those of the next; the broker delivers again what was not acknowledged.
public final class AMQPConsumer: Sendable {
    /// The messages; ends after ``stopConsuming()`` or ``close()``, or when an iteration is cancelled.
    ///
    /// Several tasks may iterate: each delivery goes to one of them.
    public let deliveries: AsyncStream<AMQPDelivery>
    private let mailbox: ConsumerMailbox
    private let buffer: DeliveryBuffer
    private let serving: Task<Void, Never>

    /// Connects and starts to consume.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - onConnect: Declares what is needed and tells what to consume; called for every new
    ///     connection, so that a queue named by the broker can have a new name each time. It must not
    ///     block its thread, which serves the heartbeats.
    ///   - onEvent: Told of what happens to the connection, away from its thread.
    /// - Returns: A consumer whose first connection stands.
    /// - Throws: ``AMQPError`` at once for what no repetition can cure, else after
    ///   ``AMQPConfiguration/connectDeadline``; and what `onConnect` throws.
    public static func connect(
        to configuration: AMQPConfiguration,
        onConnect: @escaping @Sendable (AMQPConnection) async throws -> [AMQPSubscription],
        onEvent: @escaping @Sendable (AMQPEvent) -> Void = { _ in }
    ) async throws -> AMQPConsumer {
        let kept = KeptConnection<[AMQPSubscription]>(
            configuration: configuration,
            post: EventPost(onEvent)
        ) { connection in
            let subscriptions = try await onConnect(connection)
            try await connection.withChannel { channel in
                for (index, subscription) in subscriptions.enumerated() {
                    try channel.consume(subscription, tag: ConsumeLoop.tag(index))
                }
            }
            return subscriptions
        }
        return try await kept.start { AMQPConsumer(kept, startingWith: $0) }
    }

    private init(
        _ kept: KeptConnection<[AMQPSubscription]>,
        startingWith first: KeptConnection<[AMQPSubscription]>.Opened
    ) {
        let mailbox = ConsumerMailbox()
        let buffer = DeliveryBuffer()
        // Not on the pool: reconnecting must not wait for its threads.
        serving = Task(executorPreference: kept.thread) {
            await kept.keepOpen(startingWith: first) {
                mailbox.phase != .consuming
            } serve: { opened in
                try await opened.connection.withChannel { channel in
                    var loop = ConsumeLoop(
                        channel: channel,
                        subscriptions: opened.session,
                        generation: opened.generation,
                        mailbox: mailbox,
                        buffer: buffer,
                        post: kept.post
                    )
                    try loop.run()
                }
            } onLost: { _ in
            }
            buffer.finish()
        }
        deliveries = AsyncStream { await buffer.next() }
        self.mailbox = mailbox
        self.buffer = buffer
    }

    deinit {
        mailbox.advance(to: .closed)
        serving.cancel()
    }

    /// Tells the broker that the delivery is done with.
    ///
    /// Posted, not awaited. Of a delivery whose connection is lost it is dropped: the broker
    /// delivers the message again.
    public func acknowledge(_ receipt: AMQPReceipt) {
        mailbox.post(.acknowledge, for: receipt)
    }

    /// Gives the delivery back to its queue, or to the queue's dead-letter exchange.
    public func reject(_ receipt: AMQPReceipt, requeue: Bool) {
        mailbox.post(.reject(requeue: requeue), for: receipt)
    }

    /// Gives the connection up and makes another: for a consumer that the broker seems to have forgotten.
    ///
    /// What is not settled is delivered again.
    public func reconnect() {
        mailbox.demandReconnect()
    }

    /// Ends ``deliveries`` and takes no more; those in hand can still be settled.
    ///
    /// Deliveries that nobody has taken go back to their queue.
    public func stopConsuming() {
        buffer.finish()
        mailbox.advance(to: .settling)
    }

    /// Sends the settlements posted before, and closes the connection; what is unsettled goes back to
    /// its queue.
    public func close() async {
        buffer.finish()
        mailbox.advance(to: .closed)
        serving.cancel()
        await serving.value
    }
}
