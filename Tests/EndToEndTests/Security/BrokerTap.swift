import AMQP
import LocalStack
import TestSupport

/// Every message that the broker gets or delivers, by its own tracer.
///
/// See <https://www.rabbitmq.com/docs/firehose>.
struct BrokerTap {
    private static let queue = "longshore-test-tap"
    private let stack: TestStack
    private let connection: AMQPConnection

    /// Begins to listen.
    static func open() async throws -> BrokerTap {
        let stack = try await TestStack.shared()
        let connection = try await AMQPConnection.connect(
            to: AMQPConfiguration(url: stack.amqpURL)
        )
        try await connection.declareQueue(queue)
        try await connection.bind(queue: queue, to: "amq.rabbitmq.trace", routingKey: "#")
        let tap = BrokerTap(stack: stack, connection: connection)
        try await tap.control("trace_on")
        return tap
    }

    /// Ends listening.
    ///
    /// - Returns: the messages' contents and headers.
    func close() async throws -> [String] {
        try await control("trace_off")
        let count = try await connection.queueState(Self.queue)?.messageCount ?? 0
        let consumer = try await AMQPConsumer.connect(
            to: AMQPConfiguration(url: stack.amqpURL),
            onConnect: { _ in [AMQPSubscription(queue: Self.queue, prefetch: .max)] }
        )
        var heard: [String] = []
        if count > 0 {
            for await delivery in consumer.deliveries {
                let body = String(decoding: delivery.body, as: UTF8.self)
                heard.append("\(delivery.routingKey) \(delivery.headers) \(body)")
                if heard.count == count { break }
            }
        }
        await consumer.close()
        try await connection.deleteQueue(Self.queue)
        await connection.close()
        return heard
    }

    /// What the broker shows of queues, connections, channels and consumers: what monitoring reads.
    func metrics() async throws -> String {
        var text = ""
        for (list, columns) in [
            ("list_queues", ["name", "arguments", "policy", "messages", "consumers"]),
            ("list_consumers", []),
        ] {
            text += try await control(list, columns)
        }
        for (list, columns) in [
            ("list_connections", ["name", "user", "client_properties"]),
            ("list_channels", ["name", "messages_unacknowledged"]),
        ] {
            text += try await stack.stack.controlBroker([list] + columns)
        }
        return text
    }

    @discardableResult
    private func control(_ command: String, _ arguments: [String] = []) async throws -> String {
        try await stack.stack.controlBroker([command, "--vhost", "longshore"] + arguments)
    }
}
