import Console
import Ledger
import Planning
import Words

/// Where a task is that nothing holds up: with coordinators, in a queue, with a worker.
extension Diagnosis {
    func unpublished(_ evidence: Evidence) -> Cause {
        let facts = evidence.facts
        if let coordinator = facts.coordinator {
            return Cause(
                code: "to_publish",
                text: "its needs are done; \(coordinator) publishes it when there is room"
            )
        }
        if let fleet = facts.foreignFleet { return foreign(facts.task.load, fleet) }
        if let places = evidence.places, places.areAllTaken {
            return noPlace(facts.task.load, places)
        }
        return Cause(
            code: "no_coordinator",
            text: "nobody coordinates load \(facts.task.load)",
            command: invocation.command("resume \(facts.task.load)")
        )
    }

    func queued(_ evidence: Evidence) -> [Cause] {
        let facts = evidence.facts
        if let fleet = facts.foreignFleet {
            let free = facts.coordinator == nil ? [foreign(facts.task.load, fleet)] : []
            return free + [published(facts, in: fleet)]
        }
        var causes: [Cause] = []
        switch evidence.lease {
        case .told(let owner?): return [leased(owner)]
        case .untold(let reason):
            let text = "Redis does not answer, so nobody knows whether a worker has it: \(reason)"
            causes.append(Cause(code: "redis_down", text: text))
        case .told(nil), nil: break
        }
        if facts.coordinator == nil { causes.append(unpublished(evidence)) }
        switch evidence.queue {
        case .told(let queue): return causes + alarms(queue) + [delivery(facts, queue)]
        case .untold(let reason): return causes + [delivery(facts, reason)]
        case nil: return causes
        }
    }

    // MARK: Coordinators

    /// Only coordinators of its own fleet take a load.
    private func foreign(_ load: Int64, _ fleet: String) -> Cause {
        Cause(
            code: "foreign_fleet",
            text: "nobody coordinates load \(load): it belongs to the fleet `\(fleet)`, and a "
                + "coordinator of that fleet has to take it",
            command: "LONGSHORE_FLEET=\(Invocation.quoted(fleet)) "
                + invocation.command("coordinator")
        )
    }

    /// Queues and leases are each fleet's own: this one's tell nothing of it.
    private func published(_ facts: TaskFacts, in fleet: String) -> Cause {
        Cause(
            code: "published",
            text:
                "published \(Self.ago(facts)) to the workers of the fleet `\(fleet)`, whose queues only "
                + "a program of that fleet sees",
            command: "LONGSHORE_FLEET=\(Invocation.quoted(fleet)) "
                + invocation.command("why \(facts.task)")
        )
    }

    /// Every coordinator that lives has as many loads as it takes.
    private func noPlace(_ load: Int64, _ places: CoordinatorPlaces) -> Cause {
        let total = places.coordinators.reduce(0) { $0 + $1.places }
        let them = counted(places.coordinators.count, "coordinator")
        let others =
            counted(places.waiting, "load") + (places.waiting == 1 ? " waits" : " wait")
        return Cause(
            code: "no_place",
            text: "nobody coordinates load \(load) yet: all \(counted(total, "place")) of "
                + "\(them) are taken, and \(others) for one",
            command: invocation.command("coordinator --loads \(max(total * 2, 8))")
        )
    }

    // MARK: Delivery

    private func leased(_ owner: String) -> Cause {
        Cause(
            code: "leased",
            text:
                "\(owner) has its lease in Redis and no open transaction: it begins or ends "
                + "just now, or it died, and the lease ends within 30 seconds"
        )
    }

    private func alarms(_ queue: Evidence.Queue) -> [Cause] {
        guard let alarm = queue.alarm else { return [] }
        return [Cause(code: "broker_alarm", text: "RabbitMQ \(FleetStatus.words(alarm: alarm))")]
    }

    private func delivery(_ facts: TaskFacts, _ silence: String) -> Cause {
        Cause(
            code: "published",
            text: "published \(Self.ago(facts)); the broker does not say what its queue is like: "
                + silence
        )
    }

    private func delivery(_ facts: TaskFacts, _ queue: Evidence.Queue) -> Cause {
        let ago = Self.ago(facts)
        let depth =
            "the queue of the pool `\(facts.pool)` has \(counted(queue.ready, "message")) and "
            + counted(queue.consumers, "consumer")
        guard queue.consumers > 0 else {
            return Cause(
                code: "no_worker",
                text: "published \(ago); no worker takes it: \(depth)",
                command: invocation.command("worker --pool \(facts.pool)")
            )
        }
        guard queue.ready == 0 else {
            return Cause(code: "queued", text: "published \(ago) and waits its turn: \(depth)")
        }
        return Cause(
            code: "delivered",
            text:
                "published \(ago): \(depth); it is with a worker, waits in a retry queue, or was "
                + "lost and is published again within half a minute"
        )
    }

    private static func ago(_ facts: TaskFacts) -> String {
        "\(facts.publishedAgo.map { DurationWords.measured(seconds: $0) } ?? "some time") ago"
    }
}
