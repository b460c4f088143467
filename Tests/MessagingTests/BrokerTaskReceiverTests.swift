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

    @Test("two warehouses of one fleet's name do not hear of each other")
    func warehouses() async throws {
        try await Fleet.with { fleet in
            let name = fleet.topology.identity.name
            var other = fleet
            other.topology = Topology(FleetIdentity(name: name, warehouse: "ba9876543210"))
            let (publisher, stranger) = (try await fleet.publisher(), try await other.publisher())
            let receiver = try await fleet.receiver(publisher: publisher)
            let foreign = try await other.receiver(publisher: stranger)
            let (events, foreignEvents) = (try await fleet.events(), try await other.events())
            try await stranger.publish([TaskMessage(2)])
            try await publisher.publish([TaskMessage(1)])
            await stranger.announce(TaskEvent(task: TaskMessage(2).task))
            await publisher.announce(TaskEvent(task: TaskMessage(1).task))
            #expect(await receiver.deliveries.next()?.message == TaskMessage(1))
            #expect(await foreign.deliveries.next()?.message == TaskMessage(2))
            #expect(await events.events.next()?.task == TaskMessage(1).task)
            #expect(await foreignEvents.events.next()?.task == TaskMessage(2).task)
            for receiver in [receiver, foreign] { await receiver.close() }
            for receiver in [events, foreignEvents] { await receiver.close() }
            for publisher in [publisher, stranger] { await publisher.close() }
            try await other.delete()
        }
    }

    @Test("a message of another warehouse, moved here by hand, is set aside in words")
    func stranger() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let receiver = try await fleet.receiver(publisher: publisher)
            try await fleet.publish(
                raw: Array(
                    #"{"load":7,"ordinal":2,"pool":"default","v":1,"warehouse":"ba9876543210"}"#
                        .utf8
                )
            )
            try await publisher.publish([TaskMessage(1)])
            #expect(await receiver.deliveries.next()?.message == TaskMessage(1))
            let letters = try await fleet.letters.read().letters
            let letter = try #require(letters.first)
            #expect(letters.count == 1)
            #expect(letter.code == "message.stranger")
            #expect(letter.reason.hasPrefix("the message is of another warehouse"))
            #expect(letter.message == nil)
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("what is not signed, or by another, or was changed since, is set aside in words")
    func unsigned() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let receiver = try await fleet.receiver(publisher: publisher)
            let good = try fleet.envelope.letter(TaskMessage(2), to: "")
            let other = try fleet.envelope.letter(TaskMessage(3), to: "")
            let foreign = try Envelope(warehouse: "0123456789ab", key: Fleet.strangersKey)
                .letter(TaskMessage(2), to: "")
            for headers in [[:], foreign.headers, other.headers, [Envelope.signature: 1]] {
                try await fleet.publish(raw: good.body, headers: headers)
            }
            try await fleet.publish(raw: good.body, headers: good.headers)
            #expect(await receiver.deliveries.next()?.message == TaskMessage(2))
            let letters = try await fleet.letters.read().letters
            #expect(letters.map(\.code) == Array(repeating: "message.unsigned", count: 4))
            #expect(letters.allSatisfy { $0.message == nil })
            #expect(
                letters.first?.reason.hasPrefix("the message is not signed by this warehouse")
                    == true
            )
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("what an older version left in its queues is told")
    func olderQueues() async throws {
        try await Fleet.with { fleet in
            let old = "\(fleet.topology.identity.name).dead"
            let connection = try await AMQPConnection.connect(to: fleet.configuration)
            try await connection.declareQueue(old, arguments: ["x-queue-type": "quorum"])
            let publisher = try await AMQPPublisher.connect(to: fleet.configuration)
            try await publisher.publish([AMQPMessage(routingKey: old, body: [1])])
            await eventually("it is seen") {
                try await fleet.topology
                    .olderQueues(pools: ["default"], configuration: fleet.configuration)
                    == [old: QueueDepth(ready: 1, consumers: 0)]
            }
            await publisher.close()
            try await connection.deleteQueue(old)
            await connection.close()
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
            #expect(
                try fleet.envelope.task(in: letter.body, headers: letter.headers)
                    == TaskMessage(1)
            )
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
