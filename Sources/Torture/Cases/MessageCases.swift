import AMQP
import Logging
import Messaging
import Planning
import Postgres

/// Messages that are lost, doubled, or garbage, a stranger's among it.
enum MessageCases {
    static var all: [TortureCase] { [lost, doubled, early, garbage] }

    /// Everything that waits in the queue disappears, again and again.
    private static let lost = TortureCase(
        "message.lost",
        expected: "published again"
    ) { arena in
        let topology = try await arena.topology()
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
        let publisher = try await connect(to: arena)
        // Also what has had none yet, because what it needs is not done.
        try await arena.repeatedly(for: .seconds(6), everyMilliseconds: 200..<1500) {
            try await publishAgain(arena, times: 10, by: publisher)
        }
        await publisher.close()
    }

    /// Attempts are ended all the time, and messages come by the dozen before the next one is due.
    private static let early = TortureCase(
        "message.early",
        expected: "goes back until its time; no task fails for good"
    ) { arena in
        let publisher = try await connect(to: arena)
        try await arena.repeatedly(for: .seconds(8), everyMilliseconds: 50..<300) {
            _ = try await arena.ground.ask(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = \(arena.database) and application_name like 'longshore %'
                """,
                database: nil
            )
            try await publishAgain(arena, times: 10, by: publisher, open: true)
        }
        await publisher.close()
    }

    private static func connect(to arena: Arena) async throws -> BrokerTaskPublisher {
        try await BrokerTaskPublisher.connect(
            to: arena.broker(),
            topology: arena.topology(),
            key: arena.key(),
            pools: ["default"],
            logger: Logger(label: "torture") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Publishes messages of tasks, all of them or those that are open, in any order.
    private static func publishAgain(
        _ arena: Arena,
        times: Int,
        by publisher: BrokerTaskPublisher,
        open: Bool = false
    ) async throws {
        let state: SQL = open ? "where state = \(literal: TaskState.published.rawValue)" : ""
        let tasks = try await arena.ask("select load_id, ordinal from longshore.task \(state)")
        let messages = tasks.map { row in
            let parts = row.split(separator: "|").compactMap { Int64($0) }
            return TaskMessage(
                task: LoadTaskID(load: parts[0], ordinal: Int(parts[1])),
                pool: "default"
            )
        }
        let all = Array(repeating: messages, count: times).flatMap { $0 }
        var luck = arena.luck
        try await publisher.publish(all.shuffled(using: &luck))
    }

    private static let garbage = TortureCase(
        "message.garbage",
        expected: "set aside with a reason"
    ) { arena in
        let topology = try await arena.topology()
        let queue = topology.taskQueue(pool: "default")
        let warehouse = topology.identity.warehouse
        let publisher = try await AMQPPublisher.connect(to: arena.broker())
        let bodies = [
            "", "{", "\u{0}\u{1}\u{2}", #"{"version": 99, "load": 1, "ordinal": 0}"#,
            String(repeating: "x", count: 100_000),
            // What nobody has signed.
            #"{"load":1,"ordinal":0,"pool":"default","v":1,"warehouse":"\#(warehouse)"}"#,
        ]
        try await publisher.publish(
            bodies.map { AMQPMessage(routingKey: queue, body: Array($0.utf8)) }
        )
        await publisher.close()
        try await arena.waitForDeadLetters(bodies.count)
    }
}
