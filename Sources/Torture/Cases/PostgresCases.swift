import Glibc
import LocalStack

/// Postgres ends sessions, restarts, or has no room.
enum PostgresCases {
    static var all: [TortureCase] {
        [
            terminated, locked,
            restarted("postgres.restart-fast", SIGINT),
            restarted("postgres.restart-immediate", SIGQUIT),
            restarted("postgres.kill", SIGKILL),
        ]
    }

    private static let terminated = TortureCase(
        "postgres.terminated-backends",
        expected: "retried, no half period"
    ) { arena in
        try await arena.repeatedly(for: .seconds(8), everyMilliseconds: 50..<500) {
            _ = try await arena.ground.ask(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = '\(arena.database)' and pid <> pg_backend_pid()
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

    private static func restarted(_ name: String, _ signal: Int32) -> TortureCase {
        TortureCase(name, expected: "retried, no half period", isExclusive: true) { arena in
            try await arena.ground.end(.postgres, by: signal)
            try await Task.sleep(for: .seconds(2))
            try await arena.ground.mend()
        }
    }
}
