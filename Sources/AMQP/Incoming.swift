import CRabbitMQ

/// What the broker says outside of replies.
enum Incoming {
    case delivery(consumer: String, tag: UInt64, isRedelivered: Bool, content: Content)
    case returned(replyCode: Int, text: String, content: Content)
    case confirmation(tag: UInt64, isMultiple: Bool, isPositive: Bool)
    case consumerCancelled(consumer: String)
    case blocked(reason: String)
    case unblocked

    /// A message as it travels.
    struct Content {
        let exchange: String
        let routingKey: String
        var headers: AMQPTable = [:]
        var contentType: String?
        var size = 0
        var body: [UInt8] = []

        init(exchange: amqp_bytes_t, routingKey: amqp_bytes_t) {
            self.exchange = unsafe String(copying: exchange)
            self.routingKey = unsafe String(copying: routingKey)
        }
    }
}
