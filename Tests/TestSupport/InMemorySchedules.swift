import Pipelines
public import Planning
public import Schedules
import Synchronization

/// The twin of the ledger's tables of schedules and firings.
public struct InMemorySchedules: Sendable {
    /// A schedule.
    struct Row: Sendable {
        var schedule: Schedule
        var fleet: String
        var next: Int?
        var isPaused = false
    }

    /// A firing and what came of it.
    public struct Firing: Sendable, Hashable {
        /// Its number.
        public var id: Int64
        /// The pipeline.
        public var pipeline: String
        /// When it was to be fired, in seconds since 1970-01-01 UTC.
        public var planned: Int
        /// Where it stands.
        public var state: FiringState
        /// Its load, or the one that it was left to.
        public var load: Int64?
        /// What is told of it.
        public var reason: String?
        var isByHand = false
        var epoch: Int64 = 0
        var expiry: TestClock.Instant?
    }

    /// The schedules by pipeline.
    var rows: [String: Row] = [:]
    /// The firings in the order in which they were written down.
    var firings: [Firing] = []

    /// Seconds since 1970-01-01 UTC when the clock of a simulation begins: 2024-01-01.
    public static let epoch = 1_704_067_200

    static func seconds(_ instant: TestClock.Instant) -> Int {
        epoch + Int(instant.offset.components.seconds)
    }

    /// Writes a firing down, unless it is.
    mutating func add(_ pipeline: String, _ planned: Int, _ state: FiringState, isByHand: Bool) {
        guard !firings.contains(where: { $0.pipeline == pipeline && $0.planned == planned }) else {
            return
        }
        firings.append(
            Firing(
                id: Int64(firings.count + 1),
                pipeline: pipeline,
                planned: planned,
                state: state,
                isByHand: isByHand
            )
        )
    }

    /// The place of the oldest open firing that nobody holds.
    func free(fleet: String, at now: TestClock.Instant) -> Int? {
        let open = firings.indices.filter { firings[$0].state == .open }
        return
            open.filter { index in
                let firing = firings[index]
                guard let row = rows[firing.pipeline], row.fleet == fleet,
                    firing.expiry.map({ $0 < now }) ?? true
                else { return false }
                let isFirst = !open.contains {
                    firings[$0].pipeline == firing.pipeline && firings[$0].planned < firing.planned
                }
                return firing.isByHand || !row.isPaused && isFirst
            }
            .min { firings[$0].planned < firings[$1].planned }
    }

    /// Changes a firing, if the lease is the newest and it is open.
    mutating func update(_ lease: FiringLease, _ change: (inout Firing) -> Void) -> Bool {
        guard let index = place(of: lease) else { return false }
        change(&firings[index])
        return true
    }

    /// The place of an open firing whose newest lease this is.
    func place(of lease: FiringLease) -> Int? {
        firings.firstIndex {
            $0.id == lease.firing && $0.epoch == lease.epoch && $0.state == .open
        }
    }
}

extension InMemoryWarehouse {
    /// The firings in the order in which they were written down.
    public var firings: [InMemorySchedules.Firing] { state.withLock { $0.schedules.firings } }

    /// The numbers of all loads, in order.
    public var loads: [Int64] { state.withLock { $0.loads.keys.sorted() } }

    /// Registers a schedule whose next firing is at `next`, in seconds since 1970-01-01 UTC.
    public func put(
        _ schedule: Schedule,
        of pipeline: String,
        fleet: String = "longshore",
        next: Int
    ) {
        state.withLock {
            $0.schedules.rows[pipeline] = .init(schedule: schedule, fleet: fleet, next: next)
        }
    }

    /// Holds the schedule of a pipeline up.
    public func pauseSchedule(of pipeline: String) {
        state.withLock { $0.schedules.rows[pipeline]?.isPaused = true }
    }

    /// Has a schedule fired by hand.
    public func fire(_ pipeline: String) {
        let now = InMemorySchedules.seconds(clock.now)
        state.withLock { $0.schedules.add(pipeline, now, .open, isByHand: true) }
    }
}

extension InMemoryLedger: ScheduleLedger {
    /// Schedules whose next firing is due.
    public func dueSchedules() async throws -> [DueSchedule] {
        let now = InMemorySchedules.seconds(warehouse.clock.now)
        return try await call { state in
            try state.refuseOlderPrograms()
            return state.schedules.rows.sorted { $0.key < $1.key }
                .compactMap { pipeline, row in
                    guard let next = row.next, next <= now, !row.isPaused, row.fleet == fleet else {
                        return nil
                    }
                    return DueSchedule(
                        pipeline: pipeline,
                        schedule: row.schedule,
                        next: next,
                        now: now
                    )
                }
        }
    }

    /// Writes down firings, if what is next is still what it was.
    public func write(
        _ due: ScheduleClock.Due,
        of schedule: DueSchedule,
        by coordinator: String
    ) async throws -> Bool {
        try await call { state in
            let pipeline = schedule.pipeline
            guard let row = state.schedules.rows[pipeline], row.next == schedule.next,
                row.schedule.cron == schedule.schedule.cron,
                row.schedule.zone == schedule.schedule.zone, !row.isPaused
            else { return false }
            state.schedules.rows[pipeline]?.next = due.next?.planned
            for firing in due.firings {
                let firstState: FiringState = firing.isMissed ? .missed : .open
                state.schedules.add(pipeline, firing.planned, firstState, isByHand: false)
            }
            return true
        }
    }

    /// Takes the oldest open firing that nobody holds.
    public func takeFiring(
        by coordinator: String,
        for duration: Duration
    ) async throws -> OpenFiring? {
        let now = warehouse.clock.now
        return try await call { state in
            guard let index = state.schedules.free(fleet: fleet, at: now) else { return nil }
            state.schedules.firings[index].epoch += 1
            state.schedules.firings[index].expiry = now.advanced(by: duration)
            let firing = state.schedules.firings[index]
            let schedule = state.schedules.rows[firing.pipeline]?.schedule
            return OpenFiring(
                lease: FiringLease(firing: firing.id, epoch: firing.epoch),
                pipeline: firing.pipeline,
                planned: firing.planned,
                periods: schedule?.periods ?? .due,
                overlap: schedule?.overlap ?? .skip
            )
        }
    }

    /// Extends the lease unless somebody else has taken over.
    public func renew(_ lease: FiringLease, for duration: Duration) async throws -> Bool {
        let expiry = warehouse.clock.now.advanced(by: duration)
        return try await call { $0.schedules.update(lease) { $0.expiry = expiry } }
    }

    /// Ends the lease after a pause.
    public func putOff(_ lease: FiringLease, for pause: Duration) async throws {
        _ = try await renew(lease, for: pause)
    }

    /// The oldest load of the pipeline that runs.
    public func runningLoad(ofPipeline pipeline: String) async throws -> Int64? {
        try await call { $0.runningLoad(ofPipeline: pipeline) }
    }

    /// Writes what came of a firing without a load of its own.
    public func end(_ lease: FiringLease, as end: FiringEnd) async throws -> Bool {
        try await call { state in
            state.schedules.update(lease) { firing in
                (firing.state, firing.load, firing.reason) = (end.state, end.load, end.reason)
            }
        }
    }

    /// Where the load of a firing is created.
    public func creator(for lease: FiringLease, awaited: String? = nil) -> any LoadCreator {
        FiringCreatorTwin(ledger: self, lease: lease, awaited: awaited)
    }
}

/// Writes a load with the end of its firing.
private struct FiringCreatorTwin: LoadCreator {
    let ledger: InMemoryLedger
    let lease: FiringLease
    let awaited: String?

    func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64 {
        try await ledger.call { state in
            guard let place = state.schedules.place(of: lease) else {
                throw FiringTaken(firing: lease.firing)
            }
            if let running = state.runningLoad(ofPipeline: request.pipeline.name) {
                throw FiringOverlap(load: running)
            }
            let load = try state.insert(request, tasks: tasks, fleet: ledger.fleet)
            state.schedules.firings[place].state = .loaded
            state.schedules.firings[place].load = load
            state.schedules.firings[place].reason = awaited
            return load
        }
    }
}

extension InMemoryWarehouse.State {
    /// The oldest load of a pipeline that runs.
    func runningLoad(ofPipeline pipeline: String) -> Int64? {
        loads.filter { $1.record.pipeline.name == pipeline && $1.record.state == .running }
            .keys.min()
    }

    /// Writes a load, its tasks and its claims.
    mutating func insert(_ request: LoadRequest, tasks: LoadTasks, fleet: String) throws -> Int64 {
        let graph = try PlanGraph(request.pipeline, periods: request.periods)
        let tables = tasks.map { "\(request.pipeline.schema).\($0.kind.table($0.name))" }
        try own(tables, as: request.pipeline.name)
        let load = (loads.keys.max() ?? 0) + 1
        loads[load] = InMemoryWarehouse.LoadRow(
            record: LoadRecord(
                id: load,
                pipeline: request.pipeline,
                periods: request.periods,
                state: .running
            ),
            graph: graph,
            fleet: fleet,
            tasks: tasks.map { InMemoryWarehouse.TaskRow(task: $0) }
        )
        for task in tasks { claims[InMemoryWarehouse.Slice(task)] = load }
        return load
    }
}
