import AMQP
import Foundation
import Loopback
import TestSupport
import Testing

@Suite("A consumer at a real broker")
struct AMQPConsumerTests {
    private func consume(
        _ queue: String,
        prefetch: UInt16 = 10,
        configuration: AMQPConfiguration? = nil,
        arguments: AMQPTable = [:],
        log: EventLog = EventLog()
    ) async throws -> AMQPConsumer {
        var used = try await Broker.configuration()
        if let configuration { used = configuration }
        return try await AMQPConsumer.connect(to: used) { connection in
            try await connection.declareQueue(queue, arguments: arguments)
            return [AMQPSubscription(queue: queue, prefetch: prefetch)]
        } onEvent: {
            log.record($0)
        }
    }

    private func publish(_ messages: AMQPMessage...) async throws {
        let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
        try await publisher.publish(messages)
        await publisher.close()
    }

    @Test("a message arrives as it was sent, headers of all types included")
    func content() async throws {
        try await Broker.withQueue { queue, connection in
            let headers: AMQPTable = [
                "text": "é", "number": -5, "flag": true, "real": .real(1.5),
                "list": .list([1, "two"]), "table": .table(["inner": false]),
            ]
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            try await publish(
                AMQPMessage(routingKey: queue, body: body, headers: headers, contentType: "a/b")
            )
            let consumer = try await consume(queue)
            let delivery = try #require(await consumer.deliveries.next())
            #expect(delivery.body == body)
            #expect(delivery.bodySize == body.count)
            #expect(delivery.headers.filter { $0.key != "x-publish-tag" } == headers)
            #expect(delivery.contentType == "a/b")
            #expect(delivery.queue == queue)
            #expect(delivery.deliveryCount == 0)
            consumer.acknowledge(delivery.receipt)
            await consumer.close()
            #expect(try await connection.queueState(queue)?.messageCount == 0)
        }
    }

    @Test("a body over the limit is cut, and its size told")
    func oversized() async throws {
        try await Broker.withQueue { queue, _ in
            try await publish(
                AMQPMessage(routingKey: queue, body: Array(repeating: 1, count: 500_000))
            )
            var configuration = try await Broker.configuration()
            configuration.maximumBodySize = 100
            let consumer = try await consume(queue, configuration: configuration)
            let delivery = try #require(await consumer.deliveries.next())
            #expect(delivery.body.count == 100)
            #expect(delivery.bodySize == 500_000)
            await consumer.close()
        }
    }

    @Test("no more deliveries are out than the prefetch allows")
    func prefetch() async throws {
        try await Broker.withQueue { queue, connection in
            let messages = (0..<5).map { AMQPMessage("\($0)", to: queue) }
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            try await publisher.publish(messages)
            await publisher.close()
            let consumer = try await consume(queue, prefetch: 2)
            let first = try #require(await consumer.deliveries.next())
            #expect(await consumer.deliveries.next()?.text == "1")
            await eventually("three are left in the queue") {
                try await connection.queueState(queue)?.messageCount == 3
            }
            consumer.acknowledge(first.receipt)
            #expect(await consumer.deliveries.next()?.text == "2")
            await consumer.close()
            await eventually("what was not acknowledged is back") {
                try await connection.queueState(queue)?.messageCount == 4
            }
        }
    }

    @Test("a delivery given back to a quorum queue comes again with its count")
    func requeue() async throws {
        try await Broker.withQueue(arguments: ["x-queue-type": "quorum"]) { queue, _ in
            try await publish(AMQPMessage("1", to: queue))
            let consumer = try await consume(queue, arguments: ["x-queue-type": "quorum"])
            for count in 0..<3 {
                let delivery = try #require(await consumer.deliveries.next())
                #expect(delivery.deliveryCount == count)
                #expect(delivery.isRedelivered == (count > 0))
                consumer.reject(delivery.receipt, requeue: true)
            }
            await consumer.close()
        }
    }

    @Test("after a broken connection unsettled messages come again, and stale acks are dropped")
    func cut() async throws {
        let broker = try await ProxiedBroker.start()
        try await Broker.withQueue { queue, connection in
            try await publish(AMQPMessage("1", to: queue))
            let log = EventLog()
            let consumer = try await consume(
                queue,
                configuration: broker.configuration,
                log: log
            )
            let first = try #require(await consumer.deliveries.next())
            broker.proxy.cut()
            let second = try #require(await consumer.deliveries.next())
            #expect(second.text == "1")
            #expect(second.isRedelivered)
            #expect(second.receipt.generation > first.receipt.generation)
            consumer.acknowledge(first.receipt)
            await eventually("the stale ack is told") { await log.staleSettlements == 1 }
            #expect(await log.connections == 2)
            consumer.acknowledge(second.receipt)
            await consumer.close()
            #expect(try await connection.queueState(queue)?.messageCount == 0)
        }
        broker.proxy.close()
    }

    @Test(
        "a connection or channel that the broker closes is replaced, and messages come again",
        arguments: [(320, true), (406, false)]
    )
    func closedByBroker(replyCode: Int, isConnection: Bool) async throws {
        let broker = try await ProxiedBroker.start()
        try await Broker.withQueue { queue, _ in
            try await publish(AMQPMessage("1", to: queue))
            let log = EventLog()
            let consumer = try await consume(
                queue,
                configuration: broker.configuration,
                log: log
            )
            _ = try #require(await consumer.deliveries.next())
            if isConnection { broker.closeConnection() } else { broker.closeChannel() }
            let second = try #require(await consumer.deliveries.next())
            #expect(second.isRedelivered)
            await eventually("the reason is told") {
                await log.losses == [.refused(replyCode: replyCode)]
            }
            await consumer.close()
        }
        broker.proxy.close()
    }

    @Test("a delivery acknowledged twice does not cost the connection")
    func doubleAck() async throws {
        try await Broker.withQueue { queue, _ in
            try await publish(AMQPMessage("1", to: queue))
            let log = EventLog()
            let consumer = try await consume(queue, log: log)
            let delivery = try #require(await consumer.deliveries.next())
            consumer.acknowledge(delivery.receipt)
            consumer.acknowledge(delivery.receipt)
            await eventually("the second is told as stale") { await log.staleSettlements == 1 }
            try await publish(AMQPMessage("2", to: queue))
            #expect(await consumer.deliveries.next()?.text == "2")
            #expect(await log.connections == 1)
            await consumer.close()
        }
    }

    @Test("when its queue is deleted the consumer declares it again and goes on")
    func queueDeleted() async throws {
        try await Broker.withQueue { queue, connection in
            let log = EventLog()
            let consumer = try await consume(queue, log: log)
            try await connection.deleteQueue(queue)
            await eventually("a new connection stands") { await log.connections == 2 }
            let cancelled = await log.count {
                if case .cancelledByBroker(queue) = $0 { true } else { false }
            }
            #expect(cancelled == 1)
            try await publish(AMQPMessage("1", to: queue))
            #expect(await consumer.deliveries.next()?.text == "1")
            await consumer.close()
        }
    }

    @Test("heartbeats are served while every thread of the pool is busy")
    func busy() async throws {
        try await Broker.withQueue { queue, connection in
            try await publish(AMQPMessage("1", to: queue))
            let log = EventLog()
            var configuration = try await Broker.configuration()
            configuration.heartbeat = .seconds(1)
            let consumer = try await consume(queue, configuration: configuration, log: log)
            let delivery = try #require(await consumer.deliveries.next())
            await withTaskGroup { group in
                for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                    group.addTask { Self.occupyThread(for: 4) }
                }
            }
            consumer.acknowledge(delivery.receipt)
            await consumer.close()
            #expect(await log.connections == 1)
            #expect(await log.staleSettlements == 0)
            #expect(try await connection.queueState(queue)?.messageCount == 0)
        }
    }

    private static func occupyThread(for seconds: Double) {
        Thread.sleep(forTimeInterval: seconds)
    }

    @Test("after stopping, deliveries in hand are settled and the others go back")
    func stop() async throws {
        try await Broker.withQueue { queue, connection in
            try await publish(
                AMQPMessage("1", to: queue),
                AMQPMessage("2", to: queue),
                AMQPMessage("3", to: queue)
            )
            let consumer = try await consume(queue)
            let inHand = try #require(await consumer.deliveries.next())
            consumer.stopConsuming()
            #expect(await consumer.deliveries.next() == nil)
            await eventually("two are back in the queue, without a consumer") {
                let state = try await connection.queueState(queue)
                return state?.messageCount == 2 && state?.consumerCount == 0
            }
            consumer.acknowledge(inHand.receipt)
            await consumer.close()
            #expect(try await connection.queueState(queue)?.messageCount == 2)
        }
    }

    @Test("one consumer takes from several queues and tells them apart")
    func severalQueues() async throws {
        try await Broker.withQueue { first, _ in
            try await Broker.withQueue { second, _ in
                let subscriptions = [first, second].map { AMQPSubscription(queue: $0, prefetch: 1) }
                let consumer = try await AMQPConsumer.connect(to: Broker.configuration()) { _ in
                    subscriptions
                }
                try await publish(AMQPMessage("1", to: first), AMQPMessage("2", to: second))
                var seen: [String: String] = [:]
                for _ in 0..<2 {
                    let delivery = try #require(await consumer.deliveries.next())
                    seen[delivery.queue] = delivery.text
                }
                #expect(seen == [first: "1", second: "2"])
                await consumer.close()
            }
        }
    }

    @Test("consuming a queue that does not exist is refused at once")
    func missingQueue() async throws {
        let name = try await Broker.uniqueName()
        let configuration = try await Broker.configuration()
        let error = await amqpError {
            _ = try await AMQPConsumer.connect(to: configuration) { _ in
                [AMQPSubscription(queue: name, prefetch: 1)]
            }
        }
        #expect(error?.code == .refused(replyCode: 404))
    }

    @Test("an acknowledgement is sent at once, not after a polling interval")
    func latency() async throws {
        try await Broker.withQueue { queue, _ in
            let messages = (0..<50).map { AMQPMessage("\($0)", to: queue) }
            let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
            try await publisher.publish(messages)
            await publisher.close()
            let consumer = try await consume(queue, prefetch: 1)
            let start = ContinuousClock.now
            for _ in 0..<50 {
                let delivery = try #require(await consumer.deliveries.next())
                consumer.acknowledge(delivery.receipt)
            }
            // Polling twice a second would take 25 s.
            #expect(ContinuousClock.now - start < .seconds(15))
            await consumer.close()
        }
    }
}
