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
    /// Quorum queues count in `x-delivery-count`; of other queues only "before or not" is known. A publisher
    /// can write that header, too: it is a reason to look, and no proof.
    public var deliveryCount: Int {
        max(headers["x-delivery-count"]?.integer.map(Int.init) ?? 0, isRedelivered ? 1 : 0)
    }
}
