import CRabbitMQ

extension Incoming {
    /// A delivery or a return, whose content follows in other frames.
    init?(announcedBy method: amqp_method_t) {
        if unsafe method.id == crabbitmq_basic_deliver {
            guard let deliver: amqp_basic_deliver_t = unsafe method.fields() else { return nil }
            self = unsafe .delivery(
                consumer: String(copying: deliver.consumer_tag),
                tag: deliver.delivery_tag,
                isRedelivered: deliver.redelivered != 0,
                content: Content(exchange: deliver.exchange, routingKey: deliver.routing_key)
            )
        } else {
            guard let returned: amqp_basic_return_t = unsafe method.fields() else { return nil }
            self = unsafe .returned(
                replyCode: Int(returned.reply_code),
                text: String(copying: returned.reply_text),
                content: Content(exchange: returned.exchange, routingKey: returned.routing_key)
            )
        }
    }

    /// A method that stands alone; `nil` for those that mean nothing here.
    init?(_ method: amqp_method_t) {
        switch unsafe method.id {
        case crabbitmq_basic_ack:
            guard let ack: amqp_basic_ack_t = unsafe method.fields() else { return nil }
            self = .confirmation(
                tag: ack.delivery_tag,
                isMultiple: ack.multiple != 0,
                isPositive: true
            )
        case crabbitmq_basic_nack:
            guard let nack: amqp_basic_nack_t = unsafe method.fields() else { return nil }
            self = .confirmation(
                tag: nack.delivery_tag,
                isMultiple: nack.multiple != 0,
                isPositive: false
            )
        case crabbitmq_basic_cancel:
            guard let cancel: amqp_basic_cancel_t = unsafe method.fields() else { return nil }
            self = unsafe .consumerCancelled(consumer: String(copying: cancel.consumer_tag))
        case crabbitmq_connection_blocked:
            guard let blocked: amqp_connection_blocked_t = unsafe method.fields() else {
                return nil
            }
            self = unsafe .blocked(reason: String(copying: blocked.reason))
        case crabbitmq_connection_unblocked:
            self = .unblocked
        default:
            return nil
        }
    }
}
