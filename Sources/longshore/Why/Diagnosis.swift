import Console
import Foundation
import Messaging
import Planning
import Warehouse

/// Finds out why a task stands where it stands, down to the root.
struct Diagnosis {
    let ledger: PostgresLedger
    /// Who holds a task's lease in Redis.
    let holder: (LoadTaskID) async -> String?
    /// How many messages a pool's queue has, and how many consumers; `nil` when the broker is away.
    let depth: (String) async -> QueueDepth?

    /// How many causes of one kind are told of one task; the others are counted.
    private static let most = 5

    func report(_ task: LoadTaskID) async throws -> WhyReport {
        let facts = try await ledger.facts(of: task)
        var seen: Set<Int> = [task.ordinal]
        return WhyReport(
            task: task.description,
            label: facts.label,
            state: facts.state.rawValue,
            causes: try await causes(of: facts, &seen)
        )
    }

    private func causes(of facts: TaskFacts, _ seen: inout Set<Int>) async throws -> [Cause] {
        switch facts.state {
        case .done: return [done(facts)]
        case .failed: return [failed(facts)]
        case .cancelled: return [cancelled(facts)]
        case .superseded: return [superseded(facts)]
        case .blocked:
            return try await needs(of: facts, &seen) + [
                Cause(
                    code: "blocked",
                    text: "it never runs, because something that it needs did not end well",
                    command: "longshore retry \(facts.task.load)"
                )
            ]
        case .waiting:
            let held = running(facts) + paused(facts) + over(facts)
            let needs = try await needs(of: facts, &seen)
            return held.isEmpty && needs.isEmpty ? [await unpublished(facts)] : held + needs
        case .published:
            let held = running(facts) + paused(facts) + over(facts) + retry(facts)
            return held.isEmpty ? await queued(facts) : held
        }
    }

    // MARK: Ends

    private func done(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "done",
            text: "committed at \(facts.committedAt ?? "?") UTC by \(facts.worker ?? "?")"
        )
    }

    private func failed(_ facts: TaskFacts) -> Cause {
        let crashes = facts.crashes == 1 ? "1 crash" : "\(facts.crashes) crashes"
        let times = "\(Wording.count(facts.failures, "error")) and \(crashes)"
        return Cause(
            code: "failed",
            text: "it failed for good after \(times): \(facts.failure ?? "no reason recorded")",
            command: "longshore retry \(facts.task)"
        )
    }

    private func cancelled(_ facts: TaskFacts) -> Cause {
        let order = facts.orders.last { $0.kind == "cancel" }
        return Cause(
            code: "cancelled",
            text: order.map { "cancelled\(Self.told(of: $0))" } ?? "cancelled",
            command: "longshore retry \(facts.task)"
        )
    }

    private func superseded(_ facts: TaskFacts) -> Cause {
        let owner = facts.owner.map { "load \($0)" } ?? "a newer load"
        return Cause(
            code: "superseded",
            text: "\(owner) owns \(facts.label) and loads it",
            command: facts.owner.map { "longshore status \($0)" }
        )
    }

    // MARK: What holds it up

    /// ` by ana@host at 2024-01-01 10:00:00 UTC, with its pipeline …: the reason`.
    private static func told(of order: TaskFacts.Order) -> String {
        " by \(order.by) at \(order.at) UTC (\(order.target))"
            + (order.reason.map { ": \($0)" } ?? "")
    }

    private func paused(_ facts: TaskFacts) -> [Cause] {
        facts.orders.filter { $0.kind == "pause" }
            .map { order in
                Cause(
                    code: "paused",
                    text: "paused\(Self.told(of: order))",
                    command: "longshore resume \(order.target)"
                )
            }
    }

    private func over(_ facts: TaskFacts) -> [Cause] {
        guard facts.loadState.isFinal else { return [] }
        return [
            Cause(
                code: "load_ended",
                text: "its load has ended as \(facts.loadState.rawValue)",
                command: "longshore retry \(facts.task.load)"
            )
        ]
    }

    private func running(_ facts: TaskFacts) -> [Cause] {
        facts.sessions.map { session in
            let waits = session.waitsFor.map { ", waits for \($0)" } ?? ""
            let blockers = session.blockedBy.map { "pid \($0)" }.joined(separator: ", ")
            return Cause(
                code: "running",
                text: "\(session.worker) runs it since \(session.since) UTC "
                    + "(Postgres pid \(session.pid)\(waits))",
                causes: blockers.isEmpty
                    ? [] : [Cause(code: "locked", text: "it waits for a lock of \(blockers)")]
            )
        }
    }

    private func retry(_ facts: TaskFacts) -> [Cause] {
        guard let seconds = facts.retryIn, seconds > 0, let at = facts.retryAt else { return [] }
        return [
            Cause(
                code: "retry",
                text: "tried again at \(at) UTC, in \(Wording.duration(seconds: seconds)), after "
                    + "\(Wording.count(facts.failures, "failed attempt"))",
                causes: facts.failure.map { [Cause(code: "failure", text: "the last one: \($0)")] }
                    ?? []
            )
        ]
    }

    // MARK: On its way

    private func unpublished(_ facts: TaskFacts) async -> Cause {
        guard let coordinator = facts.coordinator else {
            return Cause(
                code: "no_coordinator",
                text: "nobody coordinates load \(facts.task.load)",
                command: "longshore resume \(facts.task.load)"
            )
        }
        return Cause(
            code: "to_publish",
            text: "its needs are done; \(coordinator) publishes it when there is room"
        )
    }

    private func queued(_ facts: TaskFacts) async -> [Cause] {
        if let owner = await holder(facts.task) {
            return [
                Cause(
                    code: "leased",
                    text:
                        "\(owner) has its lease in Redis and no open transaction: it begins or ends "
                        + "just now, or it died, and the lease ends within 30 seconds"
                )
            ]
        }
        let ago = facts.publishedAgo.map { Wording.duration(seconds: $0) } ?? "some time"
        var causes: [Cause] = []
        if facts.coordinator == nil { causes.append(await unpublished(facts)) }
        guard let depth = await depth(facts.pool) else {
            let text = "published \(ago) ago; the broker does not say what its queue is like"
            return causes + [Cause(code: "published", text: text)]
        }
        let queue =
            "the queue of the pool `\(facts.pool)` has \(Wording.count(depth.ready, "message")) and "
            + Wording.count(depth.consumers, "consumer")
        guard depth.consumers > 0 else {
            return causes + [
                Cause(
                    code: "no_worker",
                    text: "published \(ago) ago; no worker takes it: \(queue)",
                    command: "longshore worker --pool \(facts.pool)"
                )
            ]
        }
        let text =
            depth.ready > 0
            ? "published \(ago) ago and waits its turn: \(queue)"
            : "published \(ago) ago: \(queue); it is with a worker, waits in a retry queue, or was "
                + "lost and is published again within half a minute"
        return causes + [Cause(code: depth.ready > 0 ? "queued" : "delivered", text: text)]
    }

    // MARK: What it needs

    private func needs(of facts: TaskFacts, _ seen: inout Set<Int>) async throws -> [Cause] {
        var causes: [Cause] = []
        var others = 0
        for ordinal in try await ledger.needs(of: facts.task) {
            let need = LoadTaskID(load: facts.task.load, ordinal: ordinal)
            let found = try await ledger.facts(of: need)
            guard !found.state.satisfiesNeeds else { continue }
            guard causes.count < Self.most else {
                others += 1
                continue
            }
            let isNew = seen.insert(ordinal).inserted
            var further: [Cause] = []
            if isNew { further = try await self.causes(of: found, &seen) }
            causes.append(
                Cause(
                    code: "needs",
                    text: "it needs \(need) \(found.label), which is \(found.state.rawValue)"
                        + (isNew ? "" : " (see above)"),
                    task: need.description,
                    causes: further
                )
            )
        }
        if others > 0 {
            causes.append(Cause(code: "needs", text: "and \(others) more that it needs"))
        }
        return causes
    }
}
