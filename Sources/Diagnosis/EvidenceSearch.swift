public import Ledger
public import Planning

/// Asks the servers for what a diagnosis of a task rests on, down to the root; each only where what others
/// have said does not explain it.
public struct EvidenceSearch {
    private let diagnosis: Diagnosis
    private let ledger: LedgerQuestions
    private let holder: (LoadTaskID) async throws -> String?
    private let workers: () async throws -> [WorkerPresence]
    private let queue: (String) async throws -> Evidence.Queue?

    /// How many needs of one task are told of; the others are counted.
    private static let most = 5

    /// The way down to the root, so far.
    private struct Trail {
        /// `nil` where this program cannot read the load's definition any more.
        let graph: PlanGraph?
        /// The tasks that are told of already.
        var seen: Set<Int>
    }

    /// What the ledger is asked; each throws when it does not answer.
    public struct LedgerQuestions {
        /// What is known of a task; it throws when there is none.
        public var facts: (LoadTaskID) async throws -> TaskFacts
        /// The plan of a load; `nil` where this program cannot read its definition any more.
        public var graph: (_ load: Int64) async throws -> PlanGraph?
        /// Where tasks of a load stand.
        public var states: (_ load: Int64, _ tasks: [Int]) async throws -> [Int: TaskState]
        /// What the pipeline of a load has running; `nil` for one without a limit.
        public var crowd: (_ load: Int64) async throws -> PipelineCrowd?
        /// How many loads the coordinators of the fleet take.
        public var places: () async throws -> CoordinatorPlaces
        /// How many published tasks of a pool nobody has begun.
        public var unbegun: (_ pool: String) async throws -> Int

        /// The questions.
        public init(
            facts: @escaping (LoadTaskID) async throws -> TaskFacts,
            graph: @escaping (_ load: Int64) async throws -> PlanGraph?,
            states: @escaping (_ load: Int64, _ tasks: [Int]) async throws -> [Int: TaskState],
            crowd: @escaping (_ load: Int64) async throws -> PipelineCrowd?,
            places: @escaping () async throws -> CoordinatorPlaces,
            unbegun: @escaping (_ pool: String) async throws -> Int
        ) {
            self.facts = facts
            self.graph = graph
            self.states = states
            self.crowd = crowd
            self.places = places
            self.unbegun = unbegun
        }
    }

    /// A search by questions to servers.
    ///
    /// - Parameters:
    ///   - diagnosis: Says what is explained already.
    ///   - ledger: What the ledger is asked.
    ///   - holder: Who holds a task's lease in Redis; it throws when Redis does not answer.
    ///   - workers: The workers that the fleet knows; it throws when Redis does not answer.
    ///   - queue: What the queue of a pool is like; `nil` when there is none. It throws when the broker
    ///     does not answer.
    public init(
        _ diagnosis: Diagnosis,
        ledger: LedgerQuestions,
        holder: @escaping (LoadTaskID) async throws -> String?,
        workers: @escaping () async throws -> [WorkerPresence],
        queue: @escaping (_ pool: String) async throws -> Evidence.Queue?
    ) {
        self.diagnosis = diagnosis
        self.ledger = ledger
        self.holder = holder
        self.workers = workers
        self.queue = queue
    }

    /// What is to be known of a task.
    ///
    /// - Throws: What a question to the ledger throws, also when there is no such task.
    public func evidence(on task: LoadTaskID) async throws -> Evidence {
        let facts = try await ledger.facts(task)
        let graph = try await ledger.graph(task.load)
        var trail = Trail(graph: graph, seen: [task.ordinal])
        return try await evidence(facts, &trail)
    }

    private func evidence(_ facts: TaskFacts, _ trail: inout Trail) async throws -> Evidence {
        var evidence = Evidence(facts)
        if facts.state == .waiting || facts.state == .blocked {
            try await addNeeds(to: &evidence, &trail)
        }
        guard facts.foreignFleet == nil else { return evidence }
        if diagnosis.isUnexplained(evidence) {
            evidence.crowd = try await ledger.crowd(facts.task.load)
        }
        if facts.state == .published, diagnosis.isUnexplained(evidence) {
            evidence.lease = await lease(of: facts.task)
        }
        guard diagnosis.isUnexplained(evidence) else { return evidence }
        if facts.coordinator == nil { evidence.places = try await ledger.places() }
        if facts.state == .published { try await addQueue(to: &evidence) }
        return evidence
    }

    private func addNeeds(to evidence: inout Evidence, _ trail: inout Trail) async throws {
        let task = evidence.facts.task
        // A definition that was read by another version may have had more tasks.
        let graph = trail.graph.flatMap { $0.tasks.indices.contains(task.ordinal) ? $0 : nil }
        let needed = graph.map { Array($0.needs(of: task.ordinal)) } ?? []
        let states = try await ledger.states(task.load, needed)
        let open = needed.filter { states[$0]?.satisfiesNeeds == false }
        for ordinal in open.prefix(Self.most) {
            let found = try await ledger.facts(LoadTaskID(load: task.load, ordinal: ordinal))
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

    private func addQueue(to evidence: inout Evidence) async throws {
        let pool = evidence.facts.pool
        evidence.queue = await answer(ofQueue: pool)
        guard case .told(let queue)? = evidence.queue, queue.ready == 0, queue.consumers > 0
        else { return }
        evidence.workers = try? await workers()
        evidence.unbegun = try await ledger.unbegun(pool)
    }

    private func answer(ofQueue pool: String) async -> Evidence.Answer<Evidence.Queue> {
        do {
            return try await queue(pool).map { .told($0) } ?? .untold("there is none")
        } catch {
            return .untold("\(error)")
        }
    }
}
