import Pipelines
import Planning
import Postgres
import Words

/// What the ledger keeps of a source that is awaited, in the transaction of a ``FailureRecord``.
package struct AbsenceRecord {
    let task: LoadTaskID
    let absence: Absence

    /// Decides whether the source is awaited any longer, and writes that; `attempts` have not found it, this
    /// one among them.
    func decide(
        after attempts: Int,
        _ failure: TaskFailure,
        _ patience: SourcePatience,
        on connection: PostgresConnection
    ) async throws -> FailureVerdict {
        let table = TaskTable(connection)
        let waited = try await table.awaitSource(of: task, for: patience.limit(of: absence))
        guard let tier = patience.tier(after: attempts, waited: waited, of: absence) else {
            try await table.failAwaited(task, saying: message(failure, after: attempts, waited))
            return .final
        }
        let delay = patience.delay(of: absence, in: tier, waited: waited)
        try await table.retry(task, after: delay)
        return .retry(tier)
    }

    /// The one failure that a source that did not come counts as, in words.
    private func message(
        _ failure: TaskFailure,
        after attempts: Int,
        _ waited: Duration
    ) -> String {
        let times = counted(attempts, "attempt")
        let advice =
            absence.kind == .quota
            ? "ask for less, or less often" : "see that it is where every worker finds it"
        return
            "\(failure.message); it was awaited for \(DurationWords.written(waited)), in \(times): \(advice), "
            + "or wait longer with `wait: { for: 2 h }`"
    }
}
