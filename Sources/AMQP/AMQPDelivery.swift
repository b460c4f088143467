/// A message from a queue, to be acknowledged or rejected.
public struct AMQPDelivery: Sendable, Hashable {
    /// The queue it comes from, by the name in its ``AMQPSubscription``.
    public let queue: String
    /// The exchange it was published to.
    public let exchange: String
    /// The routing key it was published with.
    public let routingKey: String
    /// The content, at most ``AMQPConfiguration/maximumBodySize`` bytes of it.
    public let body: [UInt8]
    /// The content's whole size in bytes.
    public let bodySize: Int
    /// Names and values beside the content.
    public let headers: AMQPTable
    /// The content's media type, when the publisher told it.
    public let contentType: String?
    /// Whether the broker may have delivered it before.
    public let isRedelivered: Bool
    /// What settles it.
    public let receipt: AMQPReceipt

    /// How often the broker delivered it before.
    ///
    /// Quorum queues count in `x-delivery-count`; of other queues only "before or not" is known.
    public var deliveryCount: Int {
        headers["x-delivery-count"]?.integer.map(Int.init) ?? (isRedelivered ? 1 : 0)
    }
}

/// The name of a delivery on the connection that made it.
public struct AMQPReceipt: Sendable, Hashable {
    /// The connection's number, unique in the process: a delivery dies with its connection.
    public let generation: Int
    /// The delivery tag.
    public let tag: UInt64

    /// Creates a receipt from its parts.
    public init(generation: Int, tag: UInt64) {
        self.generation = generation
        self.tag = tag
    }
}

/// A queue to consume from.
public struct AMQPSubscription: Sendable, Hashable {
    /// The queue's name.
    public var queue: String
    /// How many deliveries may be unsettled at a time, from 1 to 65,535.
    public var prefetch: UInt16
    /// Whether nobody else may consume from it.
    public var isExclusive: Bool
    /// Arguments such as `x-priority`.
    public var arguments: AMQPTable

    /// Creates a subscription.
    public init(
        queue: String,
        prefetch: UInt16,
        isExclusive: Bool = false,
        arguments: AMQPTable = [:]
    ) {
        self.queue = queue
        self.prefetch = prefetch
        self.isExclusive = isExclusive
        self.arguments = arguments
    }
}
