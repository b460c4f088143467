import CRabbitMQ

/// Why the broker closed a channel or connection.
struct ServerClose {
    let replyCode: Int
    let text: String
    /// Whether the whole connection is closed, not only its channel.
    let isConnection: Bool

    init(_ method: amqp_method_t) {
        isConnection = unsafe method.id == crabbitmq_connection_close
        if isConnection, let close: amqp_connection_close_t = unsafe method.fields() {
            replyCode = unsafe Int(close.reply_code)
            text = unsafe String(copying: close.reply_text)
        } else if let close: amqp_channel_close_t = unsafe method.fields() {
            replyCode = unsafe Int(close.reply_code)
            text = unsafe String(copying: close.reply_text)
        } else {
            replyCode = 0
            text = "without a reason"
        }
    }
}

extension amqp_method_t {
    /// The method's fields; `Fields` must be the structure of its `id`.
    func fields<Fields>() -> Fields? {
        unsafe decoded?.assumingMemoryBound(to: Fields.self).pointee
    }
}
