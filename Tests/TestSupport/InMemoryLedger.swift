import Pipelines
public import Planning
import Synchronization

/// The twin of a coordinator's connection to the ledger.
public struct InMemoryLedger: LoadCreator, LoadLedger, InterventionLedger {
    let warehouse: InMemoryWarehouse
    private let process: FakeProcess
    let fleet: String

    /// A connection of `process`, which is of `fleet`.
    public init(
        _ warehouse: InMemoryWarehouse,
        process: FakeProcess = FakeProcess("ledger"),
        fleet: String = "longshore"
    ) {
        self.warehouse = warehouse
        self.process = process
        self.fleet = fleet
    }

    /// Writes a load, its tasks and its claims.
    public func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64 {
        try await call { try $0.insert(request, tasks: tasks, fleet: fleet) }
    }

    /// The load.
    public func load(_ load: Int64) async throws -> LoadRecord? {
        try await call { state in
            if state.unreadable.contains(load) {
                throw UnreadableDefinition(load: load, problem: "it is of an older time")
            }
            return state.loads[load]?.record
        }
    }

    /// Where the load stands.
    public func state(ofLoad load: Int64) async throws -> LoadState? {
        try await call { $0.loads[load]?.record.state }
    }

    /// Loads that go on without a coordinator and do not rest; those that have rested come last.
    public func orphanedLoads() async throws -> [Int64] {
        let now = warehouse.clock.now
        return try await call { state in
            try state.refuseOlderPrograms()
            let orphans = state.loads.filter { _, row in
                !row.record.state.isFinal && (row.expiry ?? now) <= now
                    && (row.restsUntil ?? now) <= now
                    && (!state.keepsFleetsApart || row.fleet ?? fleet == fleet)
            }
            let longAgo = now.advanced(by: .seconds(-1_000_000))
            return orphans.map { ($0.value.restsUntil ?? longAgo, $0.key) }.sorted { $0 < $1 }
                .map(\.1)
        }
    }

    /// Takes the lease unless it holds.
    public func acquireLease(
        on load: Int64,
        owner: String,
        for duration: Duration
    ) async throws -> LoadLease? {
        try await call { state in
            try state.refuseOlderPrograms()
            guard var row = state.loads[load] else { return nil }
            if state.keepsFleetsApart, let other = row.fleet, other != fleet {
                throw ForeignLoad(load: load, fleet: other, own: fleet)
            }
            guard !row.record.state.isFinal else { return nil }
            if let expiry = row.expiry, expiry > warehouse.clock.now, row.owner != owner {
                return nil
            }
            row.epoch += 1
            row.owner = owner
            row.restsUntil = nil
            row.fleet = row.fleet ?? fleet
            row.expiry = warehouse.clock.now.advanced(by: duration)
            state.loads[load] = row
            return LoadLease(load: load, epoch: row.epoch)
        }
    }

    /// Extends the lease.
    public func renew(_ lease: LoadLease, for duration: Duration) async throws -> Bool {
        let isMine = try await write(lease) { row in
            row.expiry = warehouse.clock.now.advanced(by: duration)
        }
        try await call { try $0.refuseOlderPrograms() }
        return isMine
    }

    /// Ends the lease.
    public func release(_ lease: LoadLease) async throws {
        _ = try await write(lease) { row in row.expiry = nil }
    }

    /// Ends the lease; the load rests.
    public func rest(_ lease: LoadLease, for duration: Duration) async throws {
        _ = try await write(lease) { row in
            row.expiry = nil
            row.restsUntil = warehouse.clock.now.advanced(by: duration)
        }
    }

    /// Ends the rest of loads.
    public func wake(_ loads: Set<Int64>) async throws {
        try await call { state in
            for load in loads { state.loads[load]?.restsUntil = nil }
        }
    }

    /// The time to the first of the attempts that failed tasks wait for.
    public func timeToNextAttempt(ofLoad load: Int64, tasks: [Int]) async throws -> Duration? {
        try await call { state in
            let times = tasks.map { task -> TestClock.Instant? in
                let row = state.loads[load]?.tasks[task]
                guard row?.state == .published, row?.holder == nil else { return nil }
                return row?.retryAt
            }
            guard let first = times.compactMap({ $0 }).min(), !times.contains(nil) else {
                return nil
            }
            return first > warehouse.clock.now ? warehouse.clock.now.duration(to: first) : nil
        }
    }

    /// Those of the tasks that wait for their time.
    public func resting(_ tasks: [Int], ofLoad load: Int64) async throws -> Set<Int> {
        try await call { state in
            let now = warehouse.clock.now
            let resting = tasks.filter { task in
                guard let row = state.loads[load]?.tasks[task], row.state == .published else {
                    return false
                }
                return [row.retryAt, row.parkedUntil].compactMap(\.self).contains { $0 > now }
            }
            return Set(resting)
        }
    }

    /// The running loads of the load's pipeline that somebody coordinates.
    public func loads(besideLoad load: Int64) async throws -> [Int64] {
        let now = warehouse.clock.now
        return try await call { state in
            state.loads
                .filter { _, row in
                    row.record.pipeline.name == state.loads[load]?.record.pipeline.name
                        && !row.record.state.isFinal && row.expiry.map { $0 > now } ?? false
                }
                .keys.sorted()
        }
    }

    /// Notes that a coordinator lives.
    public func note(_ presence: CoordinatorPresence) async throws {
        try await call { $0.coordinators[presence.name] = presence }
    }

    /// Notes that a coordinator ends.
    public func forget(coordinator name: String) async throws {
        try await call { $0.coordinators[name] = nil }
    }

    /// All states.
    public func states(ofLoad load: Int64) async throws -> [TaskState] {
        try await call { $0.loads[load]?.tasks.map(\.state) ?? [] }
    }

    /// Some states.
    public func states(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: TaskState] {
        try await call { state in
            guard let row = state.loads[load] else { return [:] }
            return Dictionary(uniqueKeysWithValues: tasks.map { ($0, row.tasks[$0].state) })
        }
    }

    /// Writes that tasks are about to be published.
    public func markPublished(_ tasks: [Int], lease: LoadLease) async throws -> Bool {
        try await write(lease) { row in
            for task in tasks where row.tasks[task].holder == nil && !row.tasks[task].state.isFinal
            {
                row.tasks[task].state = .published
                row.tasks[task].publishedAt = warehouse.clock.now
            }
        }
    }

    /// Published tasks that show no life.
    public func idle(
        _ tasks: [Int],
        ofLoad load: Int64,
        since age: Duration
    ) async throws -> [Int] {
        try await call { state in
            guard let row = state.loads[load] else { return [] }
            return tasks.filter { task in
                let task = row.tasks[task]
                guard task.state == .published, task.holder == nil, let at = task.publishedAt else {
                    return false
                }
                return max(at, task.retryAt ?? at).duration(to: warehouse.clock.now) >= age
            }
        }
    }

    /// Writes the load's end.
    public func finish(_ lease: LoadLease, state: LoadState, blocked: [Int]) async throws -> Bool {
        try await write(lease) { row in
            if state == .loaded, !row.tasks.allSatisfy({ $0.state.satisfiesNeeds }) {
                throw LedgerWentBack(load: lease.load)
            }
            row.record.state = state
            for task in blocked where row.tasks[task].state == .waiting {
                row.tasks[task].state = .blocked
            }
            row.expiry = nil
        }
    }

    /// Writes that the open tasks failed, and the load's end when none is open any more.
    public func fail(_ lease: LoadLease, with failure: TaskFailure) async throws -> LoadState? {
        let isMine = try await write(lease) { row in
            for task in row.tasks.indices
            where row.tasks[task].holder == nil && !row.tasks[task].state.isFinal {
                row.tasks[task].state = .failed
                row.tasks[task].lastFailure = failure
            }
            guard row.tasks.allSatisfy(\.state.isFinal) else { return }
            row.record.state = .failed
            row.expiry = nil
        }
        return isMine ? try await state(ofLoad: lease.load) : nil
    }

    /// How often the database has crashed.
    public var generation: Int { get async { warehouse.state.withLock { $0.crashes } } }

    /// What people ordered.
    public func interventions(ofLoad load: Int64) async throws -> Interventions {
        try await call { $0.orders[load] ?? Interventions() }
    }

    /// What people ordered.
    public func interventions(
        ofLoads loads: Set<Int64>
    ) async throws -> [Int64: Interventions] {
        try await call { state in state.orders.filter { loads.contains($0.key) } }
    }

    /// Changes a load if `lease` is the newest and the load goes on.
    private func write(
        _ lease: LoadLease,
        _ change: (inout InMemoryWarehouse.LoadRow) throws -> Void
    ) async throws -> Bool {
        try await call { state in
            guard var row = state.loads[lease.load], row.epoch == lease.epoch,
                !row.record.state.isFinal
            else { return false }
            try change(&row)
            state.loads[lease.load] = row
            return true
        }
    }

    func call<Result: Sendable>(
        _ body: (inout InMemoryWarehouse.State) throws -> Result
    ) async throws -> Result {
        try await process.reach(.warehouse)
        let (isDown, faults) = warehouse.state.withLock { ($0.isDown, $0.faults) }
        guard !isDown, !warehouse.dice.happens(faults.refusedCalls) else {
            throw TwinError(description: "the ledger cannot be reached")
        }
        return try warehouse.state.withLock { state in try body(&state) }
    }
}
