/// A message to publish.
public struct AMQPMessage: Sendable, Hashable {
    /// The exchange; `""` is the default one, which routes to the queue named by the routing key.
    public var exchange: String
    /// What the exchange routes by.
    public var routingKey: String
    /// The content.
    public var body: [UInt8]
    /// Names and values beside the content.
    public var headers: AMQPTable
    /// The content's media type.
    public var contentType: String?
    /// Whether durable queues keep the message on disk.
    public var isPersistent: Bool
    /// Whether publishing fails when no queue takes the message; otherwise it vanishes.
    public var isMandatory: Bool

    /// Creates a message; by default persistent and mandatory.
    public init(
        exchange: String = "",
        routingKey: String,
        body: [UInt8],
        headers: AMQPTable = [:],
        contentType: String? = nil,
        isPersistent: Bool = true,
        isMandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.headers = headers
        self.contentType = contentType
        self.isPersistent = isPersistent
        self.isMandatory = isMandatory
    }

    /// Where it goes, in words.
    var target: String {
        exchange.isEmpty ? "queue `\(routingKey)`" : "exchange `\(exchange)` with `\(routingKey)`"
    }
}
