import AMQP
import Logging
import Messaging
import Planning

/// Messages that are lost, doubled, or garbage.
enum MessageCases {
    static var all: [TortureCase] { [lost, doubled, garbage] }

    /// Everything that waits in the queue disappears, again and again.
    private static let lost = TortureCase(
        "message.lost",
        expected: "published again"
    ) { arena in
        let topology = Topology(fleet: arena.fleet)
        let connection = try await AMQPConnection.connect(to: arena.broker())
        try await arena.repeatedly(for: .seconds(6), everyMilliseconds: 50..<300) {
            _ = try await connection.purge(topology.taskQueue(pool: "default"))
        }
        await connection.close()
    }

    private static let doubled = TortureCase(
        "message.doubled",
        expected: "one effect"
    ) { arena in
        let publisher = try await BrokerTaskPublisher.connect(
            to: arena.broker(),
            topology: Topology(fleet: arena.fleet),
            pools: ["default"],
            logger: Logger(label: "torture") { _ in SwiftLogNoOpLogHandler() }
        )
        // Also what has had none yet, because what it needs is not done.
        try await arena.repeatedly(for: .seconds(6), everyMilliseconds: 200..<1500) {
            let tasks = try await arena.ask("select load_id, ordinal from longshore.task")
            let messages = tasks.map { row in
                let parts = row.split(separator: "|").compactMap { Int64($0) }
                return TaskMessage(
                    task: LoadTaskID(load: parts[0], ordinal: Int(parts[1])),
                    pool: "default"
                )
            }
            let tenTimes = Array(repeating: messages, count: 10).flatMap { $0 }
            var luck = arena.luck
            try await publisher.publish(tenTimes.shuffled(using: &luck))
        }
        await publisher.close()
    }

    private static let garbage = TortureCase(
        "message.garbage",
        expected: "set aside with a reason"
    ) { arena in
        let queue = Topology(fleet: arena.fleet).taskQueue(pool: "default")
        let publisher = try await AMQPPublisher.connect(to: arena.broker())
        let bodies = [
            "", "{", "\u{0}\u{1}\u{2}", #"{"version": 99, "load": 1, "ordinal": 0}"#,
            String(repeating: "x", count: 100_000),
        ]
        try await publisher.publish(
            bodies.map { AMQPMessage(routingKey: queue, body: Array($0.utf8)) }
        )
        await publisher.close()
        try await arena.waitForDeadLetters(bodies.count)
    }
}
