import Console
import Ledger
import Planning
import Words

/// What holds a task up, as far as the ledger knows it.
extension Diagnosis {
    /// None where its needs, its lease or its queue have to tell.
    func holdUps(of evidence: Evidence) -> [Cause] {
        let facts = evidence.facts
        let all = running(facts) + paused(facts) + over(facts)
        let times = facts.state == .published ? awaited(facts) + retry(facts) : []
        return all + times + crowded(evidence)
    }

    /// ` by ana@host at 2024-01-01 10:00:00 UTC, with its pipeline …: the reason`.
    static func told(of order: TaskFacts.Order) -> String {
        " by \(order.by) at \(Wording.time(order.at)) UTC (\(order.target))"
            + (order.reason.map { ": \($0)" } ?? "")
    }

    private func paused(_ facts: TaskFacts) -> [Cause] {
        facts.orders.filter { $0.kind == .pause }
            .map { order in
                Cause(
                    code: "paused",
                    text: "paused\(Self.told(of: order))",
                    command: invocation.command("resume \(order.target)")
                )
            }
    }

    /// As many tasks of its pipeline run as may.
    private func crowded(_ evidence: Evidence) -> [Cause] {
        guard let crowd = evidence.crowd, crowd.isFull else { return [] }
        let running = crowd.running.map(\.description)
        return [
            Cause(
                code: "crowded",
                text:
                    "its pipeline `\(evidence.facts.pipeline)` has `concurrency: \(crowd.limit)`, "
                    + "and as many of its tasks run: " + running.listed(atMost: 5),
                command: running.first.map { invocation.command("why \($0)") }
            )
        ]
    }

    private func over(_ facts: TaskFacts) -> [Cause] {
        guard facts.loadState.isFinal else { return [] }
        return [
            Cause(
                code: "load_ended",
                text: "its load has ended as \(facts.loadState.rawValue)",
                command: invocation.command("retry \(facts.task.load)")
            )
        ]
    }

    private func running(_ facts: TaskFacts) -> [Cause] {
        facts.sessions.map { session in
            let since = session.since.map { " since \(Wording.time($0)) UTC" } ?? ""
            let waits = session.waitsFor.map { ", waits for \($0)" } ?? ""
            return Cause(
                code: "running",
                text: "\(session.worker) runs it\(since) (Postgres pid \(session.pid)\(waits))",
                causes: session.blockedBy.map(locked)
            )
        }
    }

    /// Only a person's session is for a person to end.
    private func locked(by blocker: TaskFacts.Blocker) -> Cause {
        let details = [
            blocker.program.map { "`\($0)`" }, blocker.user.map { "user `\($0)`" },
            blocker.since.map { "in a transaction since \(Wording.time($0)) UTC" },
        ]
        let told = details.compactMap { $0 }.joined(separator: ", ")
        return Cause(
            code: "locked",
            text: "it waits for a lock of pid \(blocker.pid)" + (told.isEmpty ? "" : " (\(told))"),
            command: blocker.isAttempt
                ? nil : "psql -c 'select pg_terminate_backend(\(blocker.pid))'"
        )
    }

    private func awaited(_ facts: TaskFacts) -> [Cause] {
        guard let since = facts.absentSince, let until = facts.awaitedUntil else { return [] }
        let times = counted(facts.absences, "attempt")
        let next =
            facts.retryIn
            .flatMap { $0 > 0 ? ", next in \(DurationWords.measured(seconds: $0))" : nil }
            ?? ""
        let isDelivery = facts.table.hasPrefix(LoadTaskKind.delivery.table(""))
        let what = isDelivery ? "its target does not take everything" : "its source is not there"
        return [
            Cause(
                code: "awaited",
                text:
                    "\(what) since \(Wording.time(since)) UTC, and is awaited until "
                    + "\(Wording.time(until)) UTC (\(times)\(next))",
                command: invocation.command("retry \(facts.task)"),
                causes: facts.failure.map { [Cause(code: "failure", text: "the last one: \($0)")] }
                    ?? []
            )
        ]
    }

    private func retry(_ facts: TaskFacts) -> [Cause] {
        guard facts.absentSince == nil, let seconds = facts.retryIn, seconds > 0,
            let at = facts.retryAt
        else { return [] }
        return [
            Cause(
                code: "retry",
                text:
                    "tried again at \(Wording.time(at)) UTC, in \(DurationWords.measured(seconds: seconds)), after "
                    + Self.budget(facts),
                causes: facts.failure.map { [Cause(code: "failure", text: "the last one: \($0)")] }
                    ?? []
            )
        ]
    }
}
