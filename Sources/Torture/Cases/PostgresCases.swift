import Glibc
import LocalStack
import Postgres

/// Postgres ends sessions, restarts, or has no room.
enum PostgresCases {
    static var all: [TortureCase] {
        [
            terminated, locked,
            restarted("postgres.restart-fast", SIGINT),
            restarted("postgres.restart-immediate", SIGQUIT),
            restarted("postgres.kill", SIGKILL), connectionsTaken,
        ] + fullDisk
    }

    private static let terminated = TortureCase(
        "postgres.terminated-backends",
        expected: "retried, no half period"
    ) { arena in
        try await arena.repeatedly(for: .seconds(8), everyMilliseconds: 50..<500) {
            _ = try await arena.ground.ask(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = \(arena.database) and pid <> pg_backend_pid()
                order by random() limit 1
                """,
                database: nil
            )
        }
    }

    /// A person's session holds the fact, as an `alter table` in a forgotten window would.
    private static let locked = TortureCase(
        "postgres.locked-table",
        expected: "waits, then goes on"
    ) { arena in
        _ = await arena.tryToAsk(
            """
            do $$ begin
                lock table callcenter.fact_call in access exclusive mode;
                perform pg_sleep(8);
            end $$
            """
        )
    }

    /// Somebody else takes every connection, also those that the fleet had.
    private static let connectionsTaken = TortureCase(
        "postgres.too-many-connections",
        expected: "refused, tried again",
        isExclusive: true
    ) { arena in
        let address = try arena.ground.addresses().postgres(database: nil)
        let configuration = try PostgresConfiguration(url: address)
        let end = ContinuousClock.now + .seconds(10)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await take(configuration, until: end, from: arena.database)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Takes every connection there is until `end`, and then gives them back.
    private static func take(
        _ configuration: PostgresConfiguration,
        until end: ContinuousClock.Instant,
        from database: String
    ) async throws {
        var taken: [PostgresConnection] = []
        while ContinuousClock.now < end {
            if let connection = try? await PostgresConnection.connect(configuration) {
                taken.append(connection)
                continue
            }
            _ = try await taken.last?
                .query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = \(database) limit 1
                    """
                )
            try await Task.sleep(for: .milliseconds(20))
        }
        for connection in taken { await connection.close() }
    }

    /// The file system of the case's database is full for ten seconds; only root can mount one.
    ///
    /// Meanwhile the server's checkpoints fail, which others' databases need to be dropped.
    private static var fullDisk: [TortureCase] {
        guard SmallDisk.isPossible else { return [] }
        return [
            TortureCase(
                "postgres.disk-full",
                expected: "tried again when there is room",
                isExclusive: true,
                needsSmallDisk: true
            ) { arena in
                try arena.disk?.fill()
                try await Task.sleep(for: .seconds(10))
                try arena.disk?.clear()
            }
        ]
    }

    private static func restarted(_ name: String, _ signal: Int32) -> TortureCase {
        TortureCase(name, expected: "retried, no half period", isExclusive: true) { arena in
            try await arena.ground.end(.postgres, by: signal)
            try await Task.sleep(for: .seconds(2))
            try await arena.ground.mend()
        }
    }
}
