import Planning
import Postgres

/// A failed attempt, to be written in a transaction of its own.
struct FailureRecord {
    enum Kind: String {
        case error
        case crash

        /// The counter of the ledger row.
        var counter: String { self == .error ? "failures" : "crashes" }
        /// How long the ledger row is waited for: the server needs a moment to notice that a dead worker's
        /// session has nobody at its other end.
        var patience: String { self == .error ? "1ms" : "3s" }
    }

    let task: LoadTaskID
    let kind: Kind
    let failure: TaskFailure
    let worker: String

    /// Writes it, and that the task has failed when no attempt is left.
    ///
    /// An attempt that holds the ledger row lives: nothing is recorded then.
    func write(
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        do {
            return try await connection.transaction {
                guard try await lockOpenTask(on: connection) else { return .settled }
                let count = try await countUp(on: connection)
                try await insertAttempt(on: connection)
                return try await decide(count, policy: policy, on: connection)
            }
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            return .retry(.second)
        }
    }

    private func decide(
        _ count: Int,
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        let next =
            kind == .error
            ? policy.tier(afterFailures: count) : policy.tier(afterCrashes: count)
        guard failure.isRetryable, let tier = next else {
            try await connection.query(
                "update longshore.task set state = 'failed' where load_id = $1 and ordinal = $2",
                key
            )
            return .final
        }
        try await connection.query(
            """
            update longshore.task set retry_at = clock_timestamp() + $3 * interval '1 second'
            where load_id = $1 and ordinal = $2
            """,
            key + [.integer(Int64(tier.rawValue))]
        )
        return .retry(tier)
    }

    private var key: [PostgresValue] { [.integer(task.load), .integer(Int64(task.ordinal))] }

    /// Whether there is such a task and it is not final.
    private func lockOpenTask(on connection: PostgresConnection) async throws -> Bool {
        try await connection.query("set local lock_timeout = '\(kind.patience)'")
        let rows = try await connection.query(
            """
            select from longshore.task
            where load_id = $1 and ordinal = $2 and state in ('waiting', 'published')
            for update
            """,
            key
        )
        return !rows.isEmpty
    }

    private func countUp(on connection: PostgresConnection) async throws -> Int {
        let rows = try await connection.query(
            """
            update longshore.task
            set \(kind.counter) = \(kind.counter) + 1, failure_code = $3, failure_message = $4,
                worker = $5
            where load_id = $1 and ordinal = $2
            returning \(kind.counter) as count
            """,
            key + [.text(failure.code), .text(failure.message), .text(worker)]
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    private func insertAttempt(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            insert into longshore.attempt (load_id, ordinal, number, kind, code, message, worker)
            select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6
            from longshore.attempt where load_id = $1 and ordinal = $2
            """,
            key + [
                .text(kind.rawValue), .text(failure.code), .text(failure.message), .text(worker),
            ]
        )
    }
}
