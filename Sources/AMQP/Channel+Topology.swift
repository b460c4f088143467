import CRabbitMQ

extension Channel {
    func declareQueue(
        _ name: String,
        isPassive: Bool,
        isDurable: Bool,
        isExclusive: Bool,
        isAutoDelete: Bool,
        arguments: AMQPTable
    ) throws(AMQPError) -> AMQPQueueState {
        try exchange("declaring queue `\(name)`") { call in
            unsafe amqp_queue_declare(
                call.state,
                Self.number,
                call.arguments.bytes(name),
                isPassive ? 1 : 0,
                isDurable ? 1 : 0,
                isExclusive ? 1 : 0,
                isAutoDelete ? 1 : 0,
                call.arguments.table(arguments)
            )
            .map { reply in
                unsafe AMQPQueueState(
                    name: String(copying: reply.pointee.queue),
                    messageCount: Int(reply.pointee.message_count),
                    consumerCount: Int(reply.pointee.consumer_count)
                )
            }
        }
    }

    func declareFanoutExchange(_ name: String) throws(AMQPError) {
        _ = try exchange("declaring exchange `\(name)`") { call in
            unsafe amqp_exchange_declare(
                call.state,
                Self.number,
                call.arguments.bytes(name),
                call.arguments.bytes("fanout"),
                0,
                1,
                0,
                0,
                call.arguments.table([:])
            )
            .map { _ in true }
        }
    }

    func bind(queue: String, to exchange: String, routingKey: String) throws(AMQPError) {
        _ = try self.exchange("binding queue `\(queue)` to `\(exchange)`") { call in
            unsafe amqp_queue_bind(
                call.state,
                Self.number,
                call.arguments.bytes(queue),
                call.arguments.bytes(exchange),
                call.arguments.bytes(routingKey),
                call.arguments.table([:])
            )
            .map { _ in true }
        }
    }

    func deleteQueue(_ name: String) throws(AMQPError) -> Int {
        try exchange("deleting queue `\(name)`") { call in
            unsafe amqp_queue_delete(call.state, Self.number, call.arguments.bytes(name), 0, 0)
                .map { unsafe Int($0.pointee.message_count) }
        }
    }

    func deleteExchange(_ name: String) throws(AMQPError) {
        _ = try exchange("deleting exchange `\(name)`") { call in
            unsafe amqp_exchange_delete(call.state, Self.number, call.arguments.bytes(name), 0)
                .map { _ in true }
        }
    }

    func purge(_ name: String) throws(AMQPError) -> Int {
        try exchange("purging queue `\(name)`") { call in
            unsafe amqp_queue_purge(call.state, Self.number, call.arguments.bytes(name))
                .map { unsafe Int($0.pointee.message_count) }
        }
    }
}
