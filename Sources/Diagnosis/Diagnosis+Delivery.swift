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
        case .told(let queue):
            let told = taken(evidence, queue) ?? delivery(facts, queue)
            return causes + alarms(queue) + [told]
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
        return [Cause(code: "broker_alarm", text: "RabbitMQ \(BrokerAlarm.words(alarm))")]
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

    /// How long a message may be on its way to a worker that has a free slot.
    private static let delivered = 10.0

    /// A message that no queue has and no worker begins, although they have nothing to do or are fewer than the
    /// consumers: whoever may log in to the broker as a worker may take what is theirs.
    private func taken(_ evidence: Evidence, _ queue: Evidence.Queue) -> Cause? {
        let facts = evidence.facts
        guard queue.ready == 0, queue.consumers > 0, facts.publishedAgo ?? 0 >= Self.delivered,
            let unbegun = evidence.unbegun, let workers = workers(of: facts.pool, evidence)
        else { return nil }
        let slots = workers.reduce(0) { $0 + $1.slots }
        let running = workers.reduce(0) { $0 + $1.running.count }
        guard running == 0 || queue.consumers > workers.count else { return nil }
        return Cause(
            code: "taken",
            text:
                "published \(Self.ago(facts)) and not begun, and its message is in no queue of the pool "
                + "`\(facts.pool)`: \(counted(queue.consumers, "consumer")) of it "
                + "\(queue.consumers == 1 ? "holds" : "hold") the messages of \(counted(unbegun, "task")) that nobody "
                + "has begun, and the fleet knows \(counted(workers.count, "worker")) with "
                + "\(slots - running) of \(counted(slots, "slot")) free. Either they were lost, and are published again "
                + "within minutes, or somebody else takes them: see whose the consumers are, close their connections, and give "
                + "the broker's login of workers another password",
            command: "rabbitmqctl list_consumers queue_name channel_pid ack_required active"
        )
    }

    /// The workers that take tasks from a pool; `nil` where that cannot be said: Redis knows none, which it may
    /// have forgotten, or one does not tell its pools.
    private func workers(of pool: String, _ evidence: Evidence) -> [WorkerPresence]? {
        guard let known = evidence.workers, known.allSatisfy({ $0.pools != nil }) else {
            return nil
        }
        let serving = known.filter { $0.pools?.contains(pool) == true }
        return serving.isEmpty ? nil : serving
    }

    private static func ago(_ facts: TaskFacts) -> String {
        "\(facts.publishedAgo.map { DurationWords.measured(seconds: $0) } ?? "some time") ago"
    }
}
