import AMQP
import Planning
import TestSupport
import Testing

@testable import Messaging

@Suite("Publishing tasks to a real broker")
struct BrokerTaskPublisherTests {
    @Test("published tasks reach a receiver of their pool")
    func publish() async throws {
        try await Fleet.with(pools: ["default", "heavy"]) { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish([TaskMessage(1), TaskMessage(2, pool: "heavy")])
            let receiver = try await fleet.receiver(publisher: publisher)
            var seen: Set<TaskMessage> = []
            for _ in 0..<2 {
                let delivery = try #require(await receiver.deliveries.next())
                #expect(delivery.redeliveries == 0)
                seen.insert(delivery.message)
                await receiver.acknowledge(delivery.receipt)
            }
            #expect(seen == [TaskMessage(1), TaskMessage(2, pool: "heavy")])
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("a task in a retry queue returns to its pool after the tier's delay")
    func retry() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let receiver = try await fleet.receiver(publisher: publisher)
            let start = ContinuousClock.now
            try await publisher.publish(TaskMessage(1), after: .second)
            let delivery = try #require(await receiver.deliveries.next())
            #expect(delivery.message == TaskMessage(1))
            #expect(delivery.redeliveries == 0)
            #expect(ContinuousClock.now - start > .milliseconds(900))
            await receiver.acknowledge(delivery.receipt)
            await eventually("the retry queue is empty") {
                try await fleet.depth(
                    fleet.topology.retryQueue(pool: "default", tier: .second)
                ) == 0
            }
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("a task set aside is in the dead letters with its reason")
    func setAside() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(
                code: "source.missing",
                message: "no file",
                isRetryable: false
            )
            try await publisher.setAside(TaskMessage(1), failure: failure)
            let letter = try #require(try await fleet.deadLetters(1).first)
            #expect(
                try fleet.envelope.task(in: letter.body, headers: letter.headers)
                    == TaskMessage(1)
            )
            #expect(letter.headers[DeadLetterHeader.code] == "source.missing")
            #expect(letter.headers[DeadLetterHeader.message] == "no file")
            #expect(
                letter.headers[DeadLetterHeader.queue]
                    == .string(fleet.topology.taskQueue(pool: "default"))
            )
            await publisher.close()
        }
    }

    @Test("the queues of a pool that was not named before are declared")
    func newPool() async throws {
        try await Fleet.with(pools: ["default", "late"]) { fleet in
            let publisher = try await BrokerTaskPublisher.connect(
                to: fleet.configuration,
                topology: fleet.topology,
                key: fleet.key,
                pools: ["default"],
                logger: fleet.logger
            )
            try await publisher.publish([TaskMessage(1, pool: "late")])
            await eventually("the task is in its queue") {
                try await fleet.depth(fleet.topology.taskQueue(pool: "late")) == 1
            }
            await publisher.close()
        }
    }

    @Test("when a queue was deleted, publishing declares it again")
    func deletedQueue() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let queue = fleet.topology.taskQueue(pool: "default")
            let connection = try await AMQPConnection.connect(to: fleet.configuration)
            try await connection.deleteQueue(queue)
            await connection.close()
            try await publisher.publish([TaskMessage(1)])
            await eventually("the task is in its queue") { try await fleet.depth(queue) == 1 }
            await publisher.close()
        }
    }

    @Test("every coordinator hears every event")
    func events() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let first = try await fleet.events()
            let second = try await fleet.events()
            let event = TaskEvent(task: LoadTaskID(load: 7, ordinal: 3))
            await publisher.announce(event)
            #expect(await first.events.next() == event)
            #expect(await second.events.next() == event)
            await first.close()
            await second.close()
            #expect(await first.events.next() == nil)
            await publisher.close()
        }
    }

    @Test("an event nobody hears is no error")
    func unheard() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            await publisher.announce(TaskEvent(task: LoadTaskID(load: 7, ordinal: 3)))
            await publisher.close()
        }
    }
}
