package import Planning
package import Postgres

/// A failed attempt, to be written in a transaction of its own.
package struct FailureRecord {
    /// What a failed attempt counts as.
    package enum Kind: String {
        /// An attempt failed.
        case error
        /// A worker died.
        case crash
        /// The source was not there: it is awaited.
        case absence
        /// One of the fleet's own servers ended the attempt: it says nothing of the task and has no budget.
        case outage

        /// What an attempt that failed so is counted as.
        package static func of(_ failure: TaskFailure) -> Kind {
            if failure.origin == .servers { return .outage }
            return failure.absence == nil ? .error : .absence
        }

        /// The counter of the ledger row.
        var counter: String {
            switch self {
            case .error: "failures"
            case .crash: "crashes"
            case .outage: "outages"
            case .absence: "absences"
            }
        }
        /// How the attempt is told; `nil` where it is only counted.
        var end: AttemptEnd? {
            switch self {
            case .error: .error
            case .crash: .crash
            case .absence, .outage: nil
            }
        }
        /// How long the ledger row is waited for: the server needs a moment to notice that a dead worker's
        /// session has nobody at its other end.
        var patience: String { self == .crash ? "3s" : "1ms" }
    }

    let task: LoadTaskID
    let kind: Kind
    let failure: TaskFailure
    let worker: String
    let ticket: Ticket
    /// What the attempt has told of itself, where that is known.
    let attempt: AttemptRecord

    package init(
        task: LoadTaskID,
        kind: Kind,
        failure: TaskFailure,
        worker: String,
        ticket: Ticket,
        attempt: AttemptRecord = AttemptRecord()
    ) {
        self.task = task
        self.kind = kind
        self.failure = failure
        self.worker = worker
        self.ticket = ticket
        self.attempt = attempt
    }

    /// Writes it, and that the task has failed when no attempt is left.
    ///
    /// An attempt that holds the ledger row lives: nothing is recorded then.
    package func write(
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        do {
            return try await writeIfOpen(policy: policy, on: connection) ?? .settled
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            return .retry(.second)
        }
    }

    /// Writes a death; `nil` when there was none: no attempt has begun, or it has ended, or it lives and
    /// holds the ledger row.
    package func writeDeath(
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict? {
        guard let mark = try await BegunMark.left(on: task, connection) else { return nil }
        do {
            return try await writeIfOpen(after: mark, policy: policy, on: connection)
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            return nil
        }
    }

    /// `nil` when there is nothing to write it to.
    private func writeIfOpen(
        after mark: BegunMark? = nil,
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict? {
        try await connection.transaction {
            guard try await lockOpenTask(with: mark, on: connection) else { return nil }
            let count = try await TaskTable(connection)
                .count(kind, failure, of: task, by: worker)
            // A server may be away for days: its failures are counted, not told one by one.
            if let end = kind.end { try await tell(end, begun: mark, on: connection) }
            if let absence = failure.absence, kind == .absence {
                return try await AbsenceRecord(task: task, absence: absence)
                    .decide(after: count, failure, policy.patience, on: connection)
            }
            return try await decide(count, policy: policy, on: connection)
        }
    }

    private func decide(
        _ count: Int,
        policy: RetryPolicy,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        guard let tier = tier(after: count, policy) else {
            try await TaskTable(connection).end(task.isRow, as: .failed)
            return .final
        }
        try await TaskTable(connection).retry(task, after: tier.delay)
        return .retry(tier)
    }

    /// `nil` when no attempt is left.
    private func tier(after count: Int, _ policy: RetryPolicy) -> RetryTier? {
        switch kind {
        case .error: failure.isRetryable ? policy.tier(afterFailures: count) : nil
        case .crash: policy.tier(afterCrashes: count)
        case .outage: policy.tier(afterOutages: count)
        case .absence: nil
        }
    }

    /// Whether there is such a task and it is not final, and of a death: whether it has that mark still.
    private func lockOpenTask(
        with mark: BegunMark?,
        on connection: PostgresConnection
    ) async throws -> Bool {
        try await connection.query(
            "select set_config('lock_timeout', \(kind.patience), true), \(ticket.shown)"
        )
        if let mark { return try await mark.lock(on: connection) }
        let rows = try await connection.query(
            "select from longshore.task where \(task.isOpenRow) for update"
        )
        return !rows.isEmpty
    }

    private func tell(
        _ end: AttemptEnd,
        begun mark: BegunMark?,
        on connection: PostgresConnection
    ) async throws {
        let begun: SQL =
            "coalesce(\(mark?.time)::timestamptz, clock_timestamp() - \(attempt.measure.seconds)::float8 * interval '1 second')"
        let told = AttemptTable.telling(
            attempt,
            of: "ended",
            end,
            begun: begun,
            failure: failure,
            by: worker
        )
        try await connection.query(
            """
            with ended as (select \(task.load)::bigint as load_id, \(task.ordinal)::integer as ordinal)\(told)
            """
        )
    }
}
