import Glibc
import LocalStack

/// RabbitMQ goes away, forgets, or refuses.
enum BrokerCases {
    static var all: [TortureCase] {
        [
            TortureCase("broker.restart", isExclusive: true) { try await end($0, SIGTERM) },
            TortureCase("broker.kill", isExclusive: true) { try await end($0, SIGKILL) },
            connectionsClosed, queuesDeleted, alarm,
        ]
    }

    private static func end(_ arena: Arena, _ signal: Int32) async throws {
        try await arena.ground.end(.rabbitmq, by: signal)
        try await Task.sleep(for: .seconds(2))
        try await arena.ground.mend()
    }

    private static let connectionsClosed = TortureCase(
        "broker.connections-closed",
        isExclusive: true
    ) { arena in
        for _ in 0..<3 {
            _ = try await arena.ground.stack.controlBroker([
                "close_all_connections", "--vhost", "longshore", "torture",
            ])
        }
    }

    private static let queuesDeleted = TortureCase(
        "broker.queues-deleted",
        expected: "declared and published again",
        isExclusive: true
    ) { try await $0.ground.deleteQueues(of: $0.fleet) }

    /// A memory alarm blocks whoever publishes.
    private static let alarm = TortureCase(
        "broker.memory-alarm",
        expected: "publishing waits",
        isExclusive: true
    ) { arena in
        let set = { (share: String) in
            _ = try await arena.ground.stack.controlBroker(["set_vm_memory_high_watermark", share])
        }
        try await set("0.00001")
        try await Task.sleep(for: .seconds(10))
        try await set("0.4")
    }
}
