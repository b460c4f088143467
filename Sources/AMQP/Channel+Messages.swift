import CRabbitMQ

extension Channel {
    /// Asks the broker to confirm every message from now on, counting from 1.
    func selectConfirms() throws(AMQPError) {
        _ = try exchange("asking for confirms") { call in
            unsafe amqp_confirm_select(call.state, Self.number).map { _ in true }
        }
    }

    func publish(_ message: AMQPMessage, headers: AMQPTable) throws(AMQPError) {
        try send("publishing to \(message.target)") { call in
            var properties = unsafe amqp_basic_properties_t()
            unsafe properties._flags = UInt32(
                AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG
            )
            let mode = message.isPersistent ? AMQP_DELIVERY_PERSISTENT : AMQP_DELIVERY_NONPERSISTENT
            unsafe properties.delivery_mode = UInt8(mode.rawValue)
            unsafe properties.headers = call.arguments.table(headers)
            if let contentType = message.contentType {
                unsafe properties._flags |= UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG)
                unsafe properties.content_type = call.arguments.bytes(contentType)
            }
            return unsafe amqp_basic_publish(
                call.state,
                Self.number,
                call.arguments.bytes(message.exchange),
                call.arguments.bytes(message.routingKey),
                message.isMandatory ? 1 : 0,
                0,
                &properties,
                call.arguments.bytes(message.body)
            )
        }
    }

    /// Starts a consumer under the name `tag`, with a prefetch of its own.
    func consume(_ subscription: AMQPSubscription, tag: String) throws(AMQPError) {
        let doing = "consuming `\(subscription.queue)`"
        _ = try exchange(doing) { call in
            // Not `global`: quorum queues refuse a prefetch shared by consumers.
            unsafe amqp_basic_qos(call.state, Self.number, 0, subscription.prefetch, 0)
                .map { _ in true }
        }
        _ = try exchange(doing) { call in
            unsafe amqp_basic_consume(
                call.state,
                Self.number,
                call.arguments.bytes(subscription.queue),
                call.arguments.bytes(tag),
                0,
                0,
                subscription.isExclusive ? 1 : 0,
                call.arguments.table(subscription.arguments)
            )
            .map { _ in true }
        }
    }

    /// Ends the consumer `tag`; what it was delivered can still be settled.
    func cancelConsumer(_ tag: String) throws(AMQPError) {
        _ = try exchange("ending a consumer") { call in
            unsafe amqp_basic_cancel(call.state, Self.number, call.arguments.bytes(tag))
                .map { _ in true }
        }
    }

    func settle(_ tag: UInt64, _ settlement: Settlement) throws(AMQPError) {
        try send("settling a delivery") { call in
            switch settlement {
            case .acknowledge: unsafe amqp_basic_ack(call.state, Self.number, tag, 0)
            case .reject(let requeue):
                unsafe amqp_basic_nack(call.state, Self.number, tag, 0, requeue ? 1 : 0)
            }
        }
    }
}

/// What becomes of a delivery.
enum Settlement {
    case acknowledge
    case reject(requeue: Bool)
}
