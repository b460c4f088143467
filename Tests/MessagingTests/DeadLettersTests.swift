import AMQP
import Messaging
import Planning
import TestSupport
import Testing

@Suite("Reading dead letters on a real broker")
struct DeadLettersTests {
    @Test("letters are read without being taken, and only those that are settled go away")
    func read() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(
                code: "source.missing",
                message: "no file",
                isRetryable: false
            )
            for ordinal in 1...3 {
                try await publisher.setAside(TaskMessage(ordinal), failure: failure)
            }
            let letters = fleet.letters
            let head = try await letters.read()
            #expect(head.total == 3 && head.part == nil)
            let first = head.letters
            #expect(first.map(\.name) == ["7.1", "7.2", "7.3"])
            #expect(first.allSatisfy { $0.code == "source.missing" && $0.reason == "no file" })
            #expect(first.allSatisfy { $0.queue == fleet.topology.taskQueue(pool: "default") })

            _ = try await letters.read { $0.name == "7.2" }
            // What one reader gave back the next one sees, however soon it comes.
            for _ in 0..<5 {
                #expect(Set(try await letters.read().letters.map(\.name)) == ["7.1", "7.3"])
            }
            await publisher.close()
        }
    }

    @Test("of too many letters the first are read, and it is said how many there are")
    func many() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
            for ordinal in 1...5 {
                try await publisher.setAside(TaskMessage(ordinal), failure: failure)
            }
            let letters = DeadLetters(
                fleet.configuration,
                topology: fleet.topology,
                key: fleet.key,
                most: 2
            )
            let head = try await letters.read()
            #expect(head.letters.map(\.name) == ["7.1", "7.2"])
            #expect(head.total == 5)
            #expect(head.part == "the first 2 of 5 letters")
            // What was given back is there before the next one reads.
            #expect(try await fleet.depth(fleet.topology.deadQueue) == 5)
            let swept = try await letters.sweep { $0.filter { $0.ordinal == 1 } }
            #expect(swept.letters.map(\.name) == ["7.2"] && swept.total == 4)
            #expect(try await letters.read { _ in true }.total == 4)
            #expect(try await letters.read().letters.map(\.name) == ["7.4", "7.5"])
            await publisher.close()
        }
    }

    @Test("a letter whose reason is a single character of any size is set aside, its reason cut")
    func longReason() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(
                code: "x",
                message: "e" + String(repeating: "\u{301}", count: 300_000),
                isRetryable: false
            )
            try await publisher.setAside(TaskMessage(1), failure: failure)
            let reason = try #require(try await fleet.letters.read().letters.first?.reason)
            #expect(reason.unicodeScalars.last == "…" && reason.utf8.count <= 4_096)
            await publisher.close()
        }
    }

    @Test("of a letter that somebody else has set aside no more is kept than people read")
    func foreign() async throws {
        try await Fleet.with { fleet in
            let own = try await fleet.publisher()
            let publisher = try await AMQPPublisher.connect(to: fleet.configuration)
            let long = String(repeating: "x", count: 30_000)
            let headers: AMQPTable = [
                DeadLetterHeader.code: .string(long), DeadLetterHeader.message: .string(long),
                DeadLetterHeader.queue: .string(long),
            ]
            let body = [UInt8](repeating: 1, count: 500_000)
            try await publisher.publish([
                AMQPMessage(routingKey: fleet.topology.deadQueue, body: body, headers: headers)
            ])
            let letter = try #require(try await fleet.letters.read().letters.first)
            #expect(letter.size == body.count && letter.message == nil)
            for text in [letter.code, letter.reason, letter.queue] {
                #expect(text.utf8.count <= 4_096 && text.hasSuffix("x…"))
            }
            await publisher.close()
            await own.close()
        }
    }

    @Test("a sweep takes settled letters away, and of several about one task all but the newest")
    func sweep() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            for (ordinal, message) in [(1, "old"), (2, "only"), (1, "new"), (3, "done")] {
                let failure = TaskFailure(code: "x", message: message, isRetryable: false)
                try await publisher.setAside(TaskMessage(ordinal), failure: failure)
            }
            let letters = fleet.letters
            let stay = try await letters.sweep { tasks in
                #expect(tasks.map(\.ordinal).sorted() == [1, 2, 3])
                return [LoadTaskID(load: 7, ordinal: 3)]
            }
            #expect(stay.letters.map(\.name).sorted() == ["7.1", "7.2"])
            #expect(stay.total == 2)
            #expect(Set(try await letters.read().letters.map(\.name)) == ["7.1", "7.2"])
            #expect(try await letters.read().letters.count == 2)
            await publisher.close()
        }
    }

    @Test("a letter that cannot be settled stays, with those that come after it")
    func failing() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
            for ordinal in 1...2 {
                try await publisher.setAside(TaskMessage(ordinal), failure: failure)
            }
            let letters = fleet.letters
            await #expect(throws: TwinError.self) {
                try await letters.read { _ in throw TwinError(description: "the ledger is away") }
            }
            await eventually("both are still there") {
                try await fleet.depth(fleet.topology.deadQueue) == 2
            }
            await publisher.close()
        }
    }

    @Test("garbage is told with its reason, and by a name of its own")
    func garbage() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let receiver = try await fleet.receiver(slots: 1, publisher: publisher)
            let taking = Task { await receiver.deliveries.next() }
            try await fleet.publish(raw: Array("not json".utf8))
            await eventually("it is set aside") {
                try await fleet.depth(fleet.topology.deadQueue) == 1
            }
            let letters = fleet.letters
            let letter = try #require(try await letters.read { _ in true }.letters.first)
            #expect(letter.message == nil)
            #expect(letter.name.hasPrefix("x"))
            #expect(letter.code == "message.garbage")
            #expect(letter.size == 8)
            #expect(try await letters.read().letters.isEmpty)
            taking.cancel()
            await receiver.close()
            await publisher.close()
        }
    }

    @Test("a letter that nobody of the warehouse has signed is about no task")
    func unsigned() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let stranger = try await fleet.publisher(key: Fleet.strangersKey)
            let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
            try await stranger.setAside(TaskMessage(1), failure: failure)
            try await publisher.setAside(TaskMessage(2), failure: failure)
            let letters = try await fleet.letters.sweep { tasks in
                #expect(tasks.map(\.ordinal) == [2])
                return []
            }
            #expect(letters.letters.map(\.message) == [nil, TaskMessage(2)])
            #expect(letters.letters.first?.name.hasPrefix("x") == true)
            for publisher in [publisher, stranger] { await publisher.close() }
        }
    }

    @Test("a receiver that connects anew goes on, and what it had not settled comes again")
    func reconnect() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            try await publisher.publish([TaskMessage(1), TaskMessage(2), TaskMessage(3)])
            let receiver = try await fleet.receiver(slots: 1, publisher: publisher)
            let first = try #require(await receiver.deliveries.next())
            #expect(first.message == TaskMessage(1))
            await eventually("two wait") { await receiver.backlog() == ["default": 2] }
            await receiver.reconnect()
            let again = try #require(await receiver.deliveries.next())
            #expect(again.message == TaskMessage(1))
            #expect(again.redeliveries == 1)
            #expect(again.receipt.generation != first.receipt.generation)
            await receiver.acknowledge(again.receipt)
            let second = try #require(await receiver.deliveries.next())
            #expect(second.message == TaskMessage(2))
            await receiver.close()
            await publisher.close()
        }
    }
}
