import Glibc
import LocalStack
import Messaging
import Postgres

/// RabbitMQ goes away, forgets, or refuses.
enum BrokerCases {
    static var all: [TortureCase] {
        [
            TortureCase("broker.restart", isExclusive: true) { try await end($0, SIGTERM) },
            TortureCase("broker.kill", isExclusive: true) { try await end($0, SIGKILL) },
            connectionsClosed, queuesDeleted, wiped, consumersLost, alarm, diskAlarm, impatient,
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

    /// The broker begins anew with an empty disk: queues, messages and exchanges are gone.
    private static let wiped = TortureCase(
        "broker.wiped",
        expected: "declared and published again",
        isExclusive: true
    ) { arena in
        for command in ["stop_app", "reset", "start_app"] {
            _ = try await arena.ground.stack.controlBroker([command])
        }
    }

    /// The queue forgets its consumers and tells nobody.
    ///
    /// Connections live, heartbeats pass, and nothing comes. Only the workers' own watchdog can cure that.
    private static let consumersLost = TortureCase(
        "broker.consumers-lost",
        expected: "noticed and connected anew",
        isExclusive: true
    ) { arena in
        try await arena.ground.forgetConsumers(
            of: arena.topology().taskQueue(pool: "default")
        )
        try await arena.wait(within: .seconds(120), for: "a worker that notices its silence") {
            arena.hasLogged("a slot is free and messages wait")
        }
    }

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

    /// A disk alarm blocks whoever publishes.
    private static let diskAlarm = TortureCase(
        "broker.disk-alarm",
        expected: "publishing waits",
        isExclusive: true
    ) { arena in
        let set = { (limit: String) in
            _ = try await arena.ground.stack.controlBroker(["set_disk_free_limit", limit])
        }
        try await set("1000000GB")
        try await Task.sleep(for: .seconds(10))
        try await set("50MB")
    }

    /// The broker takes a delivery back after six seconds, and attempts take longer, since a person's
    /// session holds the fact.
    private static let impatient = TortureCase(
        "broker.consumer-timeout",
        expected: "connected anew, no loop",
        isExclusive: true
    ) { arena in
        try await limitConsumers(arena, timeout: 6000, check: 2000)
        _ = await arena.tryToAsk(
            """
            do $$ begin
                lock table callcenter.fact_call in access exclusive mode;
                perform pg_sleep(20);
            end $$
            """
        )
        try await limitConsumers(arena, timeout: 1_800_000, check: 60_000)
        let deaths = await arena.tryToAsk(
            "select coalesce(max(crashes), 0) < 5 from longshore.task"
        )
        guard deaths == ["t"] else { throw TortureError(what: "a task went round in a loop") }
    }

    /// Channels take the limit, in milliseconds, when they are opened: so all are opened anew.
    private static func limitConsumers(_ arena: Arena, timeout: Int, check: Int) async throws {
        let stack = arena.ground.stack
        _ = try await stack.controlBroker([
            "eval",
            """
            application:set_env(rabbit, consumer_timeout, \(timeout)),
            application:set_env(rabbit, channel_tick_interval, \(check)).
            """,
        ])
        _ = try await stack.controlBroker([
            "close_all_connections", "--vhost", "longshore", "torture",
        ])
    }
}
