import Pipelines
import Planning
package import Postgres
import Words

/// What the ledger keeps of a source that is awaited, in the transaction of a ``FailureRecord``.
package struct AbsenceRecord {
    let task: LoadTaskID
    let absence: Absence

    /// The end of a wait, as further assignments of an update of the task.
    package static let end: SQL = ", absences = 0, absent_since = null, awaited_until = null"

    /// Decides whether the source is awaited any longer, and writes that; `attempts` have not found it, this
    /// one among them.
    func decide(
        after attempts: Int,
        _ failure: TaskFailure,
        _ patience: SourcePatience,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        let waited = try await wait(for: patience.limit(of: absence), on: connection)
        guard let tier = patience.tier(after: attempts, waited: waited, of: absence) else {
            try await fail(failure, after: attempts, waited, on: connection)
            return .final
        }
        try await connection.query(
            """
            update longshore.task
            set retry_at = clock_timestamp() + \(tier.rawValue) * interval '1 second',
                parked_until = null
            where \(isTask)
            """
        )
        return .retry(tier)
    }

    private var isTask: SQL { "load_id = \(task.load) and ordinal = \(task.ordinal)" }

    /// Notes since when and until when it is awaited.
    ///
    /// - Returns: how long that has been.
    private func wait(
        for limit: Duration,
        on connection: PostgresConnection
    ) async throws -> Duration {
        let rows = try await connection.query(
            """
            update longshore.task
            set absent_since = coalesce(absent_since, clock_timestamp()),
                awaited_until = coalesce(absent_since, clock_timestamp())
                    + \(limit.inSeconds) * interval '1 second'
            where \(isTask)
            returning extract(epoch from clock_timestamp() - absent_since)::float8 as waited
            """
        )
        return .seconds(try rows.first?.double("waited") ?? 0)
    }

    /// The one failure that a source that did not come counts as.
    private func fail(
        _ failure: TaskFailure,
        after attempts: Int,
        _ waited: Duration,
        on connection: PostgresConnection
    ) async throws {
        let times = counted(attempts, "attempt")
        let message =
            "\(failure.message); it was awaited for \(DurationWords.written(waited)), in \(times): see that it "
            + "is where every worker finds it, or wait longer with `wait: { for: 2 h }`"
        try await connection.query(
            """
            update longshore.task
            set state = 'failed', failures = failures + 1, failure_message = \(message)\(Self.end)
            where \(isTask)
            """
        )
    }
}
