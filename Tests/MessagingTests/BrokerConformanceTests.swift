import Planning
import TestSupport
import Testing

/// What every broker does, the twin of the simulation and RabbitMQ alike.
@Suite("Every broker", .serialized)
struct BrokerConformanceTests {
    @Test(
        "a message is delivered once, and gone when it is acknowledged",
        arguments: BrokerUnderTest.allCases
    )
    func once(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1), TaskMessage(2)])
            let receiver = try await bench.receiver(slots: 1)
            let first = try #require(await receiver.next())
            #expect(first.message == TaskMessage(1))
            #expect(first.redeliveries == 0)
            await receiver.port.acknowledge(first.receipt)
            let second = try #require(await receiver.next())
            #expect(second.message == TaskMessage(2))
            await receiver.port.acknowledge(second.receipt)
            await eventually("nothing waits") {
                await receiver.port.backlog()?.values.allSatisfy { $0 == 0 } == true
            }
            await receiver.close()
            let another = try await bench.receiver(slots: 1)
            try await bench.port.publish([TaskMessage(3)])
            #expect(await another.next()?.message == TaskMessage(3))
            await another.close()
        }
    }

    @Test("what is given back comes again, and is counted", arguments: BrokerUnderTest.allCases)
    func givenBack(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1)])
            let receiver = try await bench.receiver(slots: 1)
            for count in 0..<3 {
                let delivery = try #require(await receiver.next())
                #expect(delivery.message == TaskMessage(1))
                #expect(delivery.redeliveries == count)
                await receiver.port.giveBack(delivery.receipt)
            }
            await receiver.close()
        }
    }

    @Test(
        "what a connection had comes to another, and is counted",
        arguments: BrokerUnderTest.allCases
    )
    func closed(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1)])
            let receiver = try await bench.receiver(slots: 1)
            #expect(await receiver.next()?.redeliveries == 0)
            await receiver.close()
            let another = try await bench.receiver(slots: 1)
            let again = try #require(await another.next())
            #expect(again.message == TaskMessage(1))
            #expect(again.redeliveries == 1)
            await another.close()
        }
    }

    @Test(
        "a connection made anew gets its message again; old receipts settle nothing",
        arguments: BrokerUnderTest.allCases
    )
    func reconnected(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1)])
            let receiver = try await bench.receiver(slots: 1)
            let first = try #require(await receiver.next())
            await receiver.port.reconnect()
            let again = try #require(await receiver.next())
            #expect(again.message == TaskMessage(1))
            #expect(again.redeliveries == 1)
            #expect(again.receipt != first.receipt)
            await receiver.port.acknowledge(first.receipt)
            await receiver.close()
            let another = try await bench.receiver(slots: 1)
            #expect(await another.next()?.redeliveries == 2)
            await another.close()
        }
    }

    @Test("no more is in hand than there are slots", arguments: BrokerUnderTest.allCases)
    func slots(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish((1...5).map { TaskMessage($0) })
            let receiver = try await bench.receiver(slots: 2)
            #expect(receiver.port.shares == ["default": 2])
            let first = try #require(await receiver.next())
            _ = await receiver.next()
            await eventually("three wait") {
                await receiver.port.backlog()?["default"] == 3
            }
            await receiver.port.acknowledge(first.receipt)
            #expect(await receiver.next() != nil)
            await eventually("two wait") { await receiver.port.backlog()?["default"] == 2 }
            await receiver.close()
        }
    }

    @Test(
        "a retry comes back to its pool after its delay, as a new message",
        arguments: BrokerUnderTest.allCases
    )
    func retry(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1)])
            let receiver = try await bench.receiver(slots: 2)
            let first = try #require(await receiver.next())
            let before = ContinuousClock.now
            try await bench.port.publish(first.message, after: .second)
            await receiver.port.acknowledge(first.receipt)
            bench.pass(.seconds(1))
            let again = try #require(await receiver.next())
            #expect(again.message == TaskMessage(1))
            #expect(again.redeliveries == 0)
            if kind == .rabbit { #expect(ContinuousClock.now - before > .milliseconds(900)) }
            await receiver.close()
        }
    }

    @Test("what is set aside is not delivered, and stays", arguments: BrokerUnderTest.allCases)
    func setAside(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            let receiver = try await bench.receiver(slots: 1)
            let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
            try await bench.port.setAside(TaskMessage(1), failure: failure)
            try await bench.port.publish([TaskMessage(2)])
            #expect(await receiver.next()?.message == TaskMessage(2))
            await eventually("it is set aside") { try await bench.setAside() == 1 }
            await receiver.close()
        }
    }

    @Test(
        "what a stranger publishes is set aside and not delivered",
        arguments: BrokerUnderTest.allCases
    )
    func stranger(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.withStranger { try await $0.publish([TaskMessage(1)]) }
            try await bench.port.publish([TaskMessage(2)])
            let receiver = try await bench.receiver(slots: 1)
            #expect(await receiver.next()?.message == TaskMessage(2))
            await eventually("it is set aside") { try await bench.setAside() == 1 }
            await receiver.close()
        }
    }

    @Test("what a stranger announces is not heard", arguments: BrokerUnderTest.allCases)
    func strangersEvents(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            let listener = try await bench.listener()
            let event = TaskEvent(task: TaskMessage(2).task)
            try await bench.withStranger { await $0.announce(TaskEvent(task: TaskMessage(1).task)) }
            await bench.port.announce(event)
            #expect(await listener.events.next() == event)
        }
    }

    @Test("every listener hears an event", arguments: BrokerUnderTest.allCases)
    func events(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            let (one, other) = (try await bench.listener(), try await bench.listener())
            let event = TaskEvent(task: TaskMessage(1).task)
            await bench.port.announce(event)
            #expect(await one.events.next() == event)
            #expect(await other.events.next() == event)
        }
    }

    @Test(
        "after stopping nothing comes, and what is in hand can be settled",
        arguments: BrokerUnderTest.allCases
    )
    func stopped(_ kind: BrokerUnderTest) async throws {
        try await kind.with { bench in
            try await bench.port.publish([TaskMessage(1), TaskMessage(2)])
            let receiver = try await bench.receiver(slots: 1)
            let first = try #require(await receiver.next())
            await receiver.port.stop()
            #expect(await receiver.next() == nil)
            await receiver.port.acknowledge(first.receipt)
            await receiver.close()
            let another = try await bench.receiver(slots: 2)
            #expect(await another.next()?.message == TaskMessage(2))
            await another.close()
        }
    }

    @Test("each pool has its queue and its share of the slots", arguments: BrokerUnderTest.allCases)
    func pools(_ kind: BrokerUnderTest) async throws {
        try await kind.with(pools: ["default", "heavy"]) { bench in
            let heavy = TaskMessage(3, pool: "heavy")
            try await bench.port.publish([TaskMessage(1), TaskMessage(2), heavy])
            let receiver = try await bench.receiver(slots: 2)
            #expect(receiver.port.shares == ["default": 1, "heavy": 1])
            let came = [await receiver.next()?.message, await receiver.next()?.message]
            #expect(Set(came) == [TaskMessage(1), heavy])
            await eventually("one waits") {
                await receiver.port.backlog()?["default"] == 1
            }
            await receiver.close()
        }
    }
}
