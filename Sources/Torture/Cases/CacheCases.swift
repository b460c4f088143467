import Glibc
import LocalStack
import Redis

/// Redis forgets, goes away, refuses or dawdles: more work, the same result.
enum CacheCases {
    static var all: [TortureCase] {
        [
            flushed,
            TortureCase("redis.restart", isExclusive: true) { try await end($0, SIGTERM) },
            TortureCase("redis.kill", isExclusive: true) { try await end($0, SIGKILL) },
            configured(
                "redis.oom",
                ["CONFIG", "SET", "maxmemory", "1"],
                ["CONFIG", "SET", "maxmemory", "0"]
            ),
            configured(
                "redis.readonly",
                ["REPLICAOF", "127.0.0.1", "1"],
                ["REPLICAOF", "NO", "ONE"]
            ),
            configured("redis.slow", ["CLIENT", "PAUSE", "5000", "ALL"], ["PING"]),
        ]
    }

    private static let flushed = TortureCase("redis.flushall", isExclusive: true) { arena in
        try await arena.repeatedly(for: .seconds(8), everyMilliseconds: 20..<300) {
            _ = try await arena.ground.redis(["FLUSHALL"])
        }
    }

    private static func end(_ arena: Arena, _ signal: Int32) async throws {
        try await arena.ground.end(.redis, by: signal)
        try await Task.sleep(for: .seconds(2))
        try await arena.ground.mend()
    }

    /// A command that makes it refuse, and the one that mends it some seconds later.
    private static func configured(
        _ name: String,
        _ spoil: [RedisArgument],
        _ mend: [RedisArgument]
    ) -> TortureCase {
        TortureCase(name, isExclusive: true) { arena in
            _ = try await arena.ground.redis(spoil)
            try await Task.sleep(for: .seconds(6))
            _ = try await arena.ground.redis(mend)
        }
    }
}
