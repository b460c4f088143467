import Console
import Foundation
import Messaging
import Planning
import Warehouse

/// Finds out why a task stands where it stands, down to the root.
struct Diagnosis {
    let ledger: PostgresLedger
    /// Who holds a task's lease in Redis; it throws when Redis does not answer.
    let holder: (LoadTaskID) async throws -> String?
    /// How many messages a pool's queue has, and how many consumers, and why the broker takes none; it
    /// throws when the broker does not answer.
    let broker: (String) async throws -> (depth: QueueDepth?, alarm: String?)

    /// How many causes of one kind are told of one task; the others are counted.
    private static let most = 5

    /// The way down to the root, so far.
    private struct Trail {
        /// `nil` where this program cannot read the load's definition any more.
        let graph: PlanGraph?
        /// The tasks that are told of already.
        var seen: Set<Int>
    }

    func report(_ task: LoadTaskID) async throws -> WhyReport {
        let facts = try await ledger.facts(of: task)
        let graph = try await unlessUnreadable({ try await ledger.load(task.load)?.graph() })
        var trail = Trail(graph: graph, seen: [task.ordinal])
        return WhyReport(
            task: task.description,
            label: facts.label,
            state: facts.state.rawValue,
            causes: try await causes(of: facts, &trail)
        )
    }

    private func causes(of facts: TaskFacts, _ trail: inout Trail) async throws -> [Cause] {
        switch facts.state {
        case .done: return [done(facts)]
        case .failed: return [failed(facts)]
        case .cancelled: return [cancelled(facts)]
        case .superseded: return [superseded(facts)]
        case .blocked:
            return try await needs(of: facts, &trail) + [
                Cause(
                    code: "blocked",
                    text: "it never runs, because something that it needs did not end well",
                    command: "longshore retry \(facts.task.load)\(Invocation.current.stack)"
                )
            ]
        case .waiting:
            let held = running(facts) + paused(facts) + over(facts)
            let needs = try await needs(of: facts, &trail)
            return held.isEmpty && needs.isEmpty ? [try await unpublished(facts)] : held + needs
        case .published:
            let held =
                running(facts) + paused(facts) + over(facts) + awaited(facts) + retry(facts)
            return held.isEmpty ? try await queued(facts) : held
        }
    }

    // MARK: Ends

    private func done(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "done",
            text:
                "committed at \(Wording.time(facts.committedAt ?? "?")) UTC by \(facts.worker ?? "?")"
        )
    }

    private func failed(_ facts: TaskFacts) -> Cause {
        Cause(
            code: "failed",
            text: "it failed for good after \(Self.budget(facts)): "
                + (facts.failure ?? "no reason recorded"),
            command: "longshore retry \(facts.task)\(Invocation.current.stack)"
        )
    }

    private func cancelled(_ facts: TaskFacts) -> Cause {
        let order = facts.orders.last { $0.kind == .cancel }
        return Cause(
            code: "cancelled",
            text: order.map { "cancelled\(Self.told(of: $0))" } ?? "cancelled",
            command: "longshore retry \(facts.task)\(Invocation.current.stack)"
        )
    }

    private func superseded(_ facts: TaskFacts) -> Cause {
        let owner = facts.owner.map { "load \($0)" } ?? "a newer load"
        return Cause(
            code: "superseded",
            text: "it is left to \(owner), which is newer and owns \(facts.label)",
            command: facts.owner.map { "longshore status \($0)\(Invocation.current.stack)" }
        )
    }

    /// `1 error`, `2 crashes`, `3 errors and 1 crash`, and what does not count.
    private static func budget(_ facts: TaskFacts) -> String {
        let counted = Wording.budget(errors: facts.failures, crashes: facts.crashes)
        guard facts.outages > 0 else { return counted }
        let isOne = facts.outages == 1
        let outages =
            "\(Wording.count(facts.outages, "attempt")) that the fleet's own servers ended, "
            + "which \(isOne ? "does" : "do") not count"
        return facts.failures + facts.crashes > 0 ? "\(counted), and \(outages)" : outages
    }

    // MARK: What holds it up

    /// ` by ana@host at 2024-01-01 10:00:00 UTC, with its pipeline …: the reason`.
    private static func told(of order: TaskFacts.Order) -> String {
        " by \(order.by) at \(Wording.time(order.at)) UTC (\(order.target))"
            + (order.reason.map { ": \($0)" } ?? "")
    }

    private func paused(_ facts: TaskFacts) -> [Cause] {
        facts.orders.filter { $0.kind == .pause }
            .map { order in
                Cause(
                    code: "paused",
                    text: "paused\(Self.told(of: order))",
                    command: "longshore resume \(order.target)\(Invocation.current.stack)"
                )
            }
    }

    private func over(_ facts: TaskFacts) -> [Cause] {
        guard facts.loadState.isFinal else { return [] }
        return [
            Cause(
                code: "load_ended",
                text: "its load has ended as \(facts.loadState.rawValue)",
                command: "longshore retry \(facts.task.load)\(Invocation.current.stack)"
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
        let times = Wording.count(facts.absences, "attempt")
        let next =
            facts.retryIn.flatMap { $0 > 0 ? ", next in \(Wording.duration(seconds: $0))" : nil }
            ?? ""
        return [
            Cause(
                code: "awaited",
                text:
                    "its source is not there since \(Wording.time(since)) UTC, and is awaited until "
                    + "\(Wording.time(until)) UTC (\(times)\(next))",
                command: "longshore retry \(facts.task)\(Invocation.current.stack)",
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
                    "tried again at \(Wording.time(at)) UTC, in \(Wording.duration(seconds: seconds)), after "
                    + Self.budget(facts),
                causes: facts.failure.map { [Cause(code: "failure", text: "the last one: \($0)")] }
                    ?? []
            )
        ]
    }

    // MARK: On its way

    private func unpublished(_ facts: TaskFacts) async throws -> Cause {
        guard let coordinator = facts.coordinator else {
            if let fleet = facts.foreignFleet { return Self.foreign(facts.task.load, fleet) }
            let places = try await ledger.places()
            if places.areAllTaken { return Self.noPlace(facts.task.load, places) }
            return Cause(
                code: "no_coordinator",
                text: "nobody coordinates load \(facts.task.load)",
                command: "longshore resume \(facts.task.load)\(Invocation.current.stack)"
            )
        }
        return Cause(
            code: "to_publish",
            text: "its needs are done; \(coordinator) publishes it when there is room"
        )
    }

    /// Only coordinators of its own fleet take a load.
    private static func foreign(_ load: Int64, _ fleet: String) -> Cause {
        Cause(
            code: "foreign_fleet",
            text: "nobody coordinates load \(load): it belongs to the fleet `\(fleet)`, and a "
                + "coordinator of that fleet has to take it",
            command: "LONGSHORE_FLEET=\(Invocation.quoted(fleet)) longshore coordinator"
                + Invocation.current.stack
        )
    }

    /// Queues and leases are each fleet's own: this one's tell nothing of it.
    private static func published(_ facts: TaskFacts, in fleet: String) -> Cause {
        let ago = facts.publishedAgo.map { Wording.duration(seconds: $0) } ?? "some time"
        return Cause(
            code: "published",
            text: "published \(ago) ago to the workers of the fleet `\(fleet)`, whose queues only "
                + "a program of that fleet sees",
            command: "LONGSHORE_FLEET=\(Invocation.quoted(fleet)) longshore why \(facts.task)"
                + Invocation.current.stack
        )
    }

    /// Every coordinator that lives has as many loads as it takes.
    private static func noPlace(_ load: Int64, _ places: CoordinatorPlaces) -> Cause {
        let total = places.coordinators.reduce(0) { $0 + $1.places }
        let them = Wording.count(places.coordinators.count, "coordinator")
        let others =
            Wording.count(places.waiting, "load") + (places.waiting == 1 ? " waits" : " wait")
        return Cause(
            code: "no_place",
            text: "nobody coordinates load \(load) yet: all \(Wording.count(total, "place")) of "
                + "\(them) are taken, and \(others) for one",
            command: "longshore coordinator --loads \(max(total * 2, 8))\(Invocation.current.stack)"
        )
    }

    private func queued(_ facts: TaskFacts) async throws -> [Cause] {
        if let fleet = facts.foreignFleet {
            let free = facts.coordinator == nil ? [Self.foreign(facts.task.load, fleet)] : []
            return free + [Self.published(facts, in: fleet)]
        }
        let holder: String?
        var causes: [Cause] = []
        do {
            holder = try await self.holder(facts.task)
        } catch {
            holder = nil
            let text = "Redis does not answer, so nobody knows whether a worker has it: \(error)"
            causes.append(Cause(code: "redis_down", text: text))
        }
        if let owner = holder {
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
        if facts.coordinator == nil { causes.append(try await unpublished(facts)) }
        let depth: QueueDepth
        switch await queue(of: facts) {
        case .told(let told, let alarm):
            depth = told
            causes += alarm
        case .untold(let reason):
            let text =
                "published \(ago) ago; the broker does not say what its queue is like\(reason)"
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
                    command: "longshore worker --pool \(facts.pool)\(Invocation.current.stack)"
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

    private enum Answer {
        /// The queue's depth, and what keeps the broker from taking messages.
        case told(QueueDepth, alarm: [Cause])
        /// Why there is no depth, behind a colon.
        case untold(String)
    }

    private func queue(of facts: TaskFacts) async -> Answer {
        do {
            let answer = try await broker(facts.pool)
            guard let depth = answer.depth else { return .untold(": there is none") }
            return .told(depth, alarm: answer.alarm.map { [Self.alarmed($0)] } ?? [])
        } catch {
            return .untold(": \(error)")
        }
    }

    private static func alarmed(_ alarm: String) -> Cause {
        Cause(code: "broker_alarm", text: "RabbitMQ \(FleetStatus.words(alarm: alarm))")
    }

    // MARK: What it needs

    private func needs(of facts: TaskFacts, _ trail: inout Trail) async throws -> [Cause] {
        let load = facts.task.load
        let needed = trail.graph.map { Array($0.needs(of: facts.task.ordinal)) } ?? []
        let states = try await ledger.states(ofLoad: load, tasks: needed)
        let open = needed.filter { states[$0]?.satisfiesNeeds == false }
        var causes: [Cause] = []
        for ordinal in open.prefix(Self.most) {
            let need = LoadTaskID(load: load, ordinal: ordinal)
            let found = try await ledger.facts(of: need)
            // It may be done since.
            guard !found.state.satisfiesNeeds else { continue }
            let isNew = trail.seen.insert(ordinal).inserted
            var further: [Cause] = []
            if isNew { further = try await self.causes(of: found, &trail) }
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
        let others = open.count - Self.most
        if others > 0 {
            causes.append(Cause(code: "needs", text: "and \(others) more that it needs"))
        }
        return causes
    }
}
