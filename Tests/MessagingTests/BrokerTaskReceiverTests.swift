import AMQP
import Planning
import TestSupport
import Testing

@testable import Messaging

@Suite("Taking tasks from a real broker")
struct BrokerTaskReceiverTests {
    @Test("poison messages are set aside with a reason, and the tasks among them arrive")
    func poison() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let poison = [
                "not json", #"{"v":1,"load""#, #"{"v":9}"#, String(repeating: "x", count: 5_000),
            ]
            for text in poison { try await fleet.publish(raw: Array(text.utf8)) }
            try await publisher.publish([TaskMessage(1)])
            let receiver = try await fleet.receiver(slots: 1, publisher: publisher)
            let delivery = try #require(await receiver.deliveries.next())
            #expect(delivery.message == TaskMessage(1))
            let letters = try await fleet.deadLetters(poison.count)
            #expect(
                letters.map { $0.headers[DeadLetterHeader.code] } == [
                    "message.garbage", "message.truncated", "message.unknown_version",
                    "message.oversized",
                ]
            )
            #expect(letters.first?.body == Array("not json".utf8))
            await receiver.acknowledge(delivery.receipt)
            await receiver.close()
            #expect(try await fleet.depth(fleet.topology.taskQueue(pool: "default")) == 0)
            await publisher.close()
        }
    }

    @Test("of each pool it takes its share, and says what waits")
    func shares() async throws {
        try await Fleet.with(pools: ["default", "heavy"]) { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish(
                [1, 2].map { TaskMessage($0) } + [3, 4, 5].map { TaskMessage($0, pool: "heavy") }
            )
            let receiver = try await fleet.receiver(slots: 2, publisher: publisher)
            #expect(receiver.shares == ["default": 1, "heavy": 1])
            var taken: Set<String> = []
            for _ in 0..<2 {
                taken.insert(try #require(await receiver.deliveries.next()).message.pool)
            }
            #expect(taken == ["default", "heavy"])
            await eventually("the others wait") {
                await receiver.backlog() == ["default": 1, "heavy": 2]
            }
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("a task given back comes again, counted")
    func giveBack() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish([TaskMessage(1)])
            let receiver = try await fleet.receiver(publisher: publisher)
            for count in 0..<3 {
                let delivery = try #require(await receiver.deliveries.next())
                #expect(delivery.redeliveries == count)
                await receiver.giveBack(delivery.receipt)
            }
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("the broker itself sets a task aside that is delivered over and over")
    func deliveryLimit() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish([TaskMessage(1)])
            let receiver = try await fleet.receiver(publisher: publisher)
            for _ in 0...Topology.deliveryLimit {
                let delivery = try #require(await receiver.deliveries.next())
                await receiver.giveBack(delivery.receipt)
            }
            let letter = try #require(try await fleet.deadLetters(1).first)
            #expect(try Envelope.decodeMessage(letter.body) == TaskMessage(1))
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("after stopping, the task in hand is settled and the others stay for other workers")
    func stop() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish((1...3).map { TaskMessage($0) })
            let receiver = try await fleet.receiver(publisher: publisher)
            let inHand = try #require(await receiver.deliveries.next())
            await receiver.stop()
            #expect(await receiver.deliveries.next() == nil)
            await receiver.acknowledge(inHand.receipt)
            await receiver.close()
            await eventually("two tasks are left") {
                try await fleet.depth(fleet.topology.taskQueue(pool: "default")) == 2
            }
            await publisher.close()
        }
    }

    @Test("queue depths tell tasks and consumers, and leave out what does not exist")
    func depths() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish((1...3).map { TaskMessage($0) })
            let receiver = try await fleet.receiver(slots: 1, publisher: publisher)
            let queue = fleet.topology.taskQueue(pool: "default")
            await eventually("one task is out, two are ready") {
                try await
                    fleet.topology
                    .queueDepths(
                        pools: ["default", "none"],
                        configuration: fleet.configuration
                    )[queue] == QueueDepth(ready: 2, consumers: 1)
            }
            let depths = try await fleet.topology.queueDepths(
                pools: ["default", "none"],
                configuration: fleet.configuration
            )
            #expect(depths[fleet.topology.taskQueue(pool: "none")] == nil)
            #expect(depths[fleet.topology.deadQueue] == QueueDepth(ready: 0, consumers: 0))
            await receiver.close()
            await publisher.close()
        }
    }
}
