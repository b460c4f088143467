import Diagnosis
import Ledger
import Messaging
import Planning

/// Asks the servers for what a diagnosis of a task rests on, down to the root; each only where what others
/// have said does not explain it.
struct Inquiry {
    let ledger: PostgresLedger
    let diagnosis: Diagnosis
    /// Who holds a task's lease in Redis; it throws when Redis does not answer.
    let holder: (LoadTaskID) async throws -> String?
    /// How many messages a pool's queue has, and how many consumers, and why the broker takes none; it
    /// throws when the broker does not answer.
    let broker: (String) async throws -> (depth: QueueDepth?, alarm: String?)

    /// How many needs of one task are told of; the others are counted.
    private static let most = 5

    /// The way down to the root, so far.
    private struct Trail {
        /// `nil` where this program cannot read the load's definition any more.
        let graph: PlanGraph?
        /// The tasks that are told of already.
        var seen: Set<Int>
    }

    /// - Throws: `LedgerError` when there is no such task.
    func evidence(on task: LoadTaskID) async throws -> Evidence {
        let facts = try await ledger.facts(of: task)
        let graph = try await unlessUnreadable({ try await ledger.load(task.load)?.graph() })
        var trail = Trail(graph: graph, seen: [task.ordinal])
        return try await evidence(facts, &trail)
    }

    private func evidence(_ facts: TaskFacts, _ trail: inout Trail) async throws -> Evidence {
        var evidence = Evidence(facts)
        if facts.state == .waiting || facts.state == .blocked {
            try await addNeeds(to: &evidence, &trail)
        }
        guard facts.foreignFleet == nil else { return evidence }
        if facts.state == .published, diagnosis.isUnexplained(evidence) {
            evidence.lease = await lease(of: facts.task)
        }
        guard diagnosis.isUnexplained(evidence) else { return evidence }
        if facts.coordinator == nil { evidence.places = try await ledger.places() }
        if facts.state == .published { evidence.queue = await queue(of: facts.pool) }
        return evidence
    }

    private func addNeeds(to evidence: inout Evidence, _ trail: inout Trail) async throws {
        let task = evidence.facts.task
        let needed = trail.graph.map { Array($0.needs(of: task.ordinal)) } ?? []
        let states = try await ledger.states(ofLoad: task.load, tasks: needed)
        let open = needed.filter { states[$0]?.satisfiesNeeds == false }
        for ordinal in open.prefix(Self.most) {
            let found = try await ledger.facts(of: LoadTaskID(load: task.load, ordinal: ordinal))
            // It may be done since.
            guard !found.state.satisfiesNeeds else { continue }
            let isNew = trail.seen.insert(ordinal).inserted
            let need = isNew ? try await self.evidence(found, &trail) : Evidence(found)
            evidence.needs.append(Evidence.Need(need, isTold: !isNew))
        }
        evidence.furtherNeeds = max(open.count - Self.most, 0)
    }

    private func lease(of task: LoadTaskID) async -> Evidence.Answer<String?> {
        do {
            return .told(try await holder(task))
        } catch {
            return .untold("\(error)")
        }
    }

    private func queue(of pool: String) async -> Evidence.Answer<Evidence.Queue> {
        do {
            let answer = try await broker(pool)
            guard let depth = answer.depth else { return .untold("there is none") }
            return .told(
                Evidence.Queue(
                    ready: depth.ready,
                    consumers: depth.consumers,
                    alarm: answer.alarm
                )
            )
        } catch {
            return .untold("\(error)")
        }
    }
}
