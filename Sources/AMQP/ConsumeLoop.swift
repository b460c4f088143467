/// Hands on deliveries and sends settlements, on the thread of one connection.
struct ConsumeLoop {
    private let channel: Channel
    private let subscriptions: [AMQPSubscription]
    private let generation: Int
    private let mailbox: ConsumerMailbox
    private let buffer: DeliveryBuffer
    private let post: EventPost
    private var unsettled: Set<UInt64> = []
    private var isConsuming = true

    init(
        channel: Channel,
        subscriptions: [AMQPSubscription],
        generation: Int,
        mailbox: ConsumerMailbox,
        buffer: DeliveryBuffer,
        post: EventPost
    ) {
        self.channel = channel
        self.subscriptions = subscriptions
        self.generation = generation
        self.mailbox = mailbox
        self.buffer = buffer
        self.post = post
    }

    /// The consumer tag of a subscription by its place.
    static func tag(_ index: Int) -> String { "\(index)" }

    /// Runs until the consumer is closed.
    ///
    /// - Throws: When the connection is lost or the broker cancels a consumer; deliveries that nobody
    ///   has taken are dropped then, for the broker will deliver them again.
    mutating func run() throws(AMQPError) {
        defer { _ = buffer.removeAll() }
        while true {
            while let incoming = try channel.receive() { try handle(incoming) }
            let (orders, phase) = mailbox.take()
            for order in orders { try settle(order) }
            switch phase {
            case .consuming: break
            case .settling: try stopConsuming()
            case .closed: return
            }
            if mailbox.takeReconnect() { throw .lost("its owner asked for a new one") }
            channel.wait(for: mailbox.bell)
        }
    }

    private mutating func handle(_ incoming: Incoming) throws(AMQPError) {
        switch incoming {
        case .delivery(let consumer, let tag, let isRedelivered, let content):
            let delivery = AMQPDelivery(
                queue: queue(of: consumer),
                exchange: content.exchange,
                routingKey: content.routingKey,
                body: content.body,
                bodySize: content.size,
                headers: content.headers,
                contentType: content.contentType,
                isRedelivered: isRedelivered,
                receipt: AMQPReceipt(generation: generation, tag: tag)
            )
            unsettled.insert(tag)
            if !buffer.put(delivery) { try giveBack(delivery.receipt) }
        case .consumerCancelled(let consumer):
            let queue = queue(of: consumer)
            post.send(.cancelledByBroker(queue: queue))
            throw .consumerCancelled(queue: queue)
        case .blocked(let reason):
            post.send(.blocked(reason: reason))
        case .unblocked:
            post.send(.unblocked)
        case .returned, .confirmation:
            break
        }
    }

    private func queue(of consumer: String) -> String {
        guard let index = Int(consumer), subscriptions.indices.contains(index) else { return "" }
        return subscriptions[index].queue
    }

    /// An unknown tag would make the broker close the channel, so it is not sent.
    private mutating func settle(_ order: ConsumerMailbox.Order) throws(AMQPError) {
        let receipt = order.receipt
        guard receipt.generation == generation, unsettled.remove(receipt.tag) != nil else {
            post.send(.staleSettlement(receipt))
            return
        }
        try channel.settle(receipt.tag, order.settlement)
    }

    private mutating func giveBack(_ receipt: AMQPReceipt) throws(AMQPError) {
        try settle(.init(receipt: receipt, settlement: .reject(requeue: true)))
    }

    private mutating func stopConsuming() throws(AMQPError) {
        guard isConsuming else { return }
        isConsuming = false
        for index in subscriptions.indices { try channel.cancelConsumer(Self.tag(index)) }
        for delivery in buffer.removeAll() { try giveBack(delivery.receipt) }
    }
}
