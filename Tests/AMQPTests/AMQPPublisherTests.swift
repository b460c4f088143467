import AMQP
import Loopback
import TestSupport
import Testing

@Suite("A publisher at a real broker")
struct AMQPPublisherTests {
    @Test("10,000 messages are confirmed through a window of 500")
    func manyMessages() async throws {
        try await Broker.withQueue(arguments: ["x-queue-type": "quorum"]) { queue, connection in
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            try await publisher.publish((0..<10_000).map { AMQPMessage("\($0)", to: queue) })
            await eventually("all are in the queue") {
                try await connection.queueState(queue)?.messageCount == 10_000
            }
            await publisher.close()
        }
    }

    @Test("a message that no queue takes fails its call, and the others arrive")
    func returned() async throws {
        try await Broker.withQueue { queue, connection in
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            let error = await amqpError {
                try await publisher.publish([
                    AMQPMessage("1", to: queue), AMQPMessage("2", to: "\(queue)-missing"),
                    AMQPMessage("3", to: queue),
                ])
            }
            #expect(error?.code == .returned)
            #expect(error?.message.contains("`\(queue)-missing`") == true)
            await eventually("the others are in the queue") {
                try await connection.queueState(queue)?.messageCount == 2
            }
            await publisher.close()
        }
    }

    @Test("a message that is not mandatory may vanish")
    func notMandatory() async throws {
        let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
        var message = AMQPMessage("1", to: try await Broker.uniqueName())
        message.isMandatory = false
        try await publisher.publish([message])
        await publisher.close()
    }

    @Test("a full queue that rejects makes `nacked`")
    func nacked() async throws {
        let arguments: AMQPTable = ["x-max-length": 1, "x-overflow": "reject-publish"]
        try await Broker.withQueue(arguments: arguments) { queue, _ in
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            let error = await amqpError {
                try await publisher.publish((0..<5).map { AMQPMessage("\($0)", to: queue) })
            }
            #expect(error?.code == .nacked)
            #expect(error?.isRetryable == true)
            await publisher.close()
        }
    }

    @Test("an exchange that does not exist fails the call and not the publisher")
    func missingExchange() async throws {
        try await Broker.withQueue { queue, _ in
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            let error = await amqpError {
                let exchange = "\(queue)-missing"
                try await publisher.publish([
                    AMQPMessage(exchange: exchange, routingKey: "", body: [])
                ])
            }
            #expect(error?.code == .refused(replyCode: 404))
            try await publisher.publish([AMQPMessage("1", to: queue)])
            await publisher.close()
        }
    }

    @Test("what was in flight when the connection broke is sent again on the next")
    func cut() async throws {
        let broker = try await ProxiedBroker.start()
        try await Broker.withQueue { queue, connection in
            let log = EventLog()
            let publisher = try await AMQPPublisher.connect(
                to: broker.configuration,
                onEvent: log.record
            )
            broker.proxy.set(.silent)
            async let published: Void = publisher.publish(
                (0..<1_000).map { AMQPMessage("\($0)", to: queue) }
            )
            await eventually("messages are on their way") { broker.proxy.isHolding }
            broker.proxy.cut()
            broker.proxy.set(.fair)
            try await published
            #expect(await log.connections >= 2)
            await eventually("all are in the queue") {
                try await connection.queueState(queue).map { $0.messageCount >= 1_000 } ?? false
            }
            await publisher.close()
        }
        broker.proxy.close()
    }

    @Test("a silent peer is noticed within two heartbeats, and publishing ends by its deadline")
    func frozen() async throws {
        let broker = try await ProxiedBroker.start()
        try await Broker.withQueue { queue, _ in
            let log = EventLog()
            let publisher = try await AMQPPublisher.connect(
                to: broker.configuration,
                onEvent: log.record
            )
            broker.proxy.set(.silent)
            let big = [UInt8](repeating: 120, count: 100_000)
            let start = ContinuousClock.now
            let error = await amqpError {
                let messages = (0..<500).map { _ in AMQPMessage(routingKey: queue, body: big) }
                try await publisher.publish(messages, timeout: .seconds(8))
            }
            #expect(error?.code == .connectionLost)
            let losses = await log.count { event in
                if case .lost = event { true } else { false }
            }
            #expect(losses > 0)
            // Far less than for ever; other tests keep the pool busy for seconds.
            #expect(ContinuousClock.now - start < .seconds(20))
            broker.proxy.set(.fair)
            try await publisher.publish([AMQPMessage("1", to: queue)])
            await eventually("the new connection is told") { await log.connections >= 2 }
            await publisher.close()
        }
        broker.proxy.close()
    }

    @Test("a blocked broker gets nothing; waiting ends with `blocked`, and later goes on")
    func blocked() async throws {
        let broker = try await ProxiedBroker.start()
        try await Broker.withQueue { queue, _ in
            let log = EventLog()
            let publisher = try await AMQPPublisher.connect(
                to: broker.configuration,
                onEvent: log.record
            )
            broker.block(reason: "low on disk")
            await eventually("the block is told") {
                await log.count { if case .blocked("low on disk") = $0 { true } else { false } }
                    == 1
            }
            let error = await amqpError {
                try await publisher.publish([AMQPMessage("1", to: queue)], timeout: .seconds(1))
            }
            #expect(error?.code == .blocked)
            #expect(error?.message.contains("low on disk") == true)
            async let published: Void = publisher.publish([AMQPMessage("2", to: queue)])
            broker.unblock()
            try await published
            await publisher.close()
        }
        broker.proxy.close()
    }

    @Test("a closed publisher fails what waits and what comes")
    func closed() async throws {
        let broker = try await ProxiedBroker.start()
        let publisher = try await AMQPPublisher.connect(to: broker.configuration)
        broker.proxy.set(.silent)
        let waiting = Task {
            await amqpError { try await publisher.publish([AMQPMessage("", to: "q")]) }
        }
        let closing = Task { await publisher.close() }
        #expect(await waiting.value?.code == .closed)
        let late = await amqpError { try await publisher.publish([AMQPMessage("", to: "q")]) }
        #expect(late?.code == .closed)
        broker.proxy.close()
        await closing.value
    }

    @Test("cancelling the task ends the call")
    func cancelled() async throws {
        let broker = try await ProxiedBroker.start()
        let publisher = try await AMQPPublisher.connect(to: broker.configuration)
        broker.proxy.set(.silent)
        let publishing = Task { try await publisher.publish([AMQPMessage("", to: "q")]) }
        publishing.cancel()
        await #expect(throws: CancellationError.self) { try await publishing.value }
        broker.proxy.close()
        await publisher.close()
    }
}
