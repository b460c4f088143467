import AMQP
import TestSupport
import Testing

@Suite("A connection to a real broker")
struct AMQPConnectionTests {
    @Test("a declared queue is found again, bound, filled, purged and deleted")
    func queues() async throws {
        let connection = try await Broker.connect()
        let name = try await Broker.uniqueName()
        let declared = try await connection.declareQueue(
            name,
            arguments: ["x-queue-type": "quorum", "x-delivery-limit": 3]
        )
        #expect(declared.name == name)
        #expect(declared.messageCount == 0)
        #expect(declared.consumerCount == 0)
        try await connection.declareFanoutExchange(name)
        try await connection.bind(queue: name, to: name)
        let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
        try await publisher.publish([AMQPMessage(exchange: name, routingKey: "", body: [1])])
        await publisher.close()
        await eventually("the message is counted") {
            try await connection.queueState(name)?.messageCount == 1
        }
        let purged = try await connection.purge(name)
        #expect(purged == 1)
        try await connection.deleteExchange(name)
        let deleted = try await connection.deleteQueue(name)
        #expect(deleted == 0)
        let state = try await connection.queueState(name)
        #expect(state == nil)
        await connection.close()
    }

    @Test("a refusal names its reply code and leaves the connection usable")
    func refusal() async throws {
        try await Broker.withQueue { name, connection in
            let error = await amqpError {
                try await connection.declareQueue(name, arguments: ["x-max-length": 5])
            }
            #expect(error?.code == .refused(replyCode: 406))
            #expect(error?.isRetryable == false)
            #expect(error?.message.contains("`\(name)`") == true)
            let state = try await connection.queueState(name)
            #expect(state?.name == name)
        }
    }

    @Test("a queue without a name gets one from the broker")
    func serverNamed() async throws {
        let connection = try await Broker.connect()
        let queue = try await connection.declareQueue(
            isDurable: false,
            isExclusive: true,
            isAutoDelete: true
        )
        #expect(queue.name.hasPrefix("amq.gen"))
        await connection.close()
    }

    @Test("a closed connection says so")
    func closed() async throws {
        let connection = try await Broker.connect()
        await connection.close()
        let error = await amqpError { _ = try await connection.queueState("q") }
        #expect(error?.code == .closed)
    }

    @Test("an idle connection lives through many heartbeats")
    func heartbeats() async throws {
        var configuration = try await Broker.configuration()
        configuration.heartbeat = .seconds(1)
        let connection = try await AMQPConnection.connect(to: configuration)
        try await Task.sleep(for: .seconds(4))
        #expect(try await connection.queueState("no-such-queue") == nil)
        await connection.close()
    }
}
