public import Schedules

/// The ledger as a coordinator sees it that fires schedules.
///
/// The ledger decides who fires: whose ``write(_:of:by:)`` comes first, and who holds a firing's lease. It also has
/// the time, so that coordinators need not agree on theirs.
public protocol ScheduleLedger: Sendable {
    /// The fleet's schedules whose next firing is due and that nobody has paused.
    func dueSchedules() async throws -> [DueSchedule]
    /// Writes down firings of a schedule and which one is next, in one step.
    ///
    /// - Returns: `false` when somebody else has done so, or the schedule has changed: then nothing is written.
    func write(
        _ due: ScheduleClock.Due,
        of schedule: DueSchedule,
        by coordinator: String
    ) async throws -> Bool
    /// Becomes the one who fires the oldest open firing of a schedule, for `duration`; `nil` where there is none that
    /// nobody holds and that ``putOff(_:for:)`` has not put off.
    func takeFiring(by coordinator: String, for duration: Duration) async throws -> OpenFiring?
    /// Stays the one for another `duration`; `false` when somebody else took over.
    func renew(_ lease: FiringLease, for duration: Duration) async throws -> Bool
    /// Stops being the one; the firing is taken again after `pause`.
    func putOff(_ lease: FiringLease, for pause: Duration) async throws
    /// A load of the pipeline that runs; `nil` when none does.
    func runningLoad(ofPipeline pipeline: String) async throws -> Int64?
    /// Writes what came of a firing that has no load of its own.
    ///
    /// - Returns: `false` when somebody else took over.
    func end(_ lease: FiringLease, as end: FiringEnd) async throws -> Bool
}

/// A schedule whose time has come.
public struct DueSchedule: Sendable, Hashable {
    /// The pipeline.
    public var pipeline: String
    /// When it is loaded.
    public var schedule: Schedule
    /// The first firing that is not written down, in seconds since 1970-01-01 UTC.
    public var next: Int
    /// The ledger's time, likewise.
    public var now: Int

    /// Creates one.
    public init(pipeline: String, schedule: Schedule, next: Int, now: Int) {
        self.pipeline = pipeline
        self.schedule = schedule
        self.next = next
        self.now = now
    }
}

/// The right to fire, until it expires or another takes over.
public struct FiringLease: Sendable, Hashable {
    /// The firing's number.
    public let firing: Int64
    /// The number of the take-over: only the newest counts.
    public let epoch: Int64

    /// Creates a lease.
    public init(firing: Int64, epoch: Int64) {
        self.firing = firing
        self.epoch = epoch
    }
}

/// A firing that has not ended, with all that is needed to load it.
public struct OpenFiring: Sendable, Hashable {
    /// The right to fire it.
    public var lease: FiringLease
    /// The pipeline.
    public var pipeline: String
    /// When it was to be fired, in seconds since 1970-01-01 UTC.
    public var planned: Int
    /// What is loaded.
    public var periods: ScheduledPeriods
    /// What becomes of it while a load of the pipeline runs.
    public var overlap: Schedule.Overlap

    /// Creates one.
    public init(
        lease: FiringLease,
        pipeline: String,
        planned: Int,
        periods: ScheduledPeriods,
        overlap: Schedule.Overlap
    ) {
        self.lease = lease
        self.pipeline = pipeline
        self.planned = planned
        self.periods = periods
        self.overlap = overlap
    }
}

/// Where a firing stands.
public enum FiringState: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is to be fired, or waits.
    case open
    /// It has a load.
    case loaded
    /// There was nothing to load.
    case nothingDue = "nothing_due"
    /// It was left to a load that ran.
    case skipped
    /// Nobody was there, and it is not made up for.
    case missed
    /// It could not be loaded.
    case refused
}

/// What came of a firing that has no load of its own.
public enum FiringEnd: Sendable, Hashable {
    /// There was nothing to load; which files are awaited, if any are.
    case nothingDue(awaited: String?)
    /// It was left to a load that runs.
    case skipped(Int64)
    /// It could not be loaded, and why.
    case refused(String)

    /// Where the firing stands then.
    public var state: FiringState {
        switch self {
        case .nothingDue: .nothingDue
        case .skipped: .skipped
        case .refused: .refused
        }
    }

    /// The load that it was left to.
    public var load: Int64? {
        if case .skipped(let load) = self { load } else { nil }
    }

    /// What is to be told of it: files that are awaited, or why it was refused.
    public var reason: String? {
        switch self {
        case .nothingDue(let awaited): awaited
        case .skipped: nil
        case .refused(let reason): reason
        }
    }
}

/// Somebody else fires what was to be fired here.
public struct FiringTaken: Error, Sendable, Hashable, CustomStringConvertible {
    /// The firing's number.
    public var firing: Int64

    /// An error.
    public init(firing: Int64) {
        self.firing = firing
    }

    /// What happened.
    public var description: String { "the firing \(firing) was taken over by another coordinator" }
}

/// A load of the pipeline runs while a firing is to be loaded.
public struct FiringOverlap: Error, Sendable, Hashable {
    /// The load that runs.
    public var load: Int64

    /// An error.
    public init(load: Int64) {
        self.load = load
    }
}

/// What a firing loads, and how its load is written.
public protocol ScheduledLoads: Sendable {
    /// What is to be loaded by the registered definition, as of the firing's time.
    func request(for firing: OpenFiring) async throws -> ScheduledRequest
    /// Where the load of a firing is created: together with the firing's end, or not at all.
    ///
    /// Its `create` throws ``FiringTaken`` when somebody else took over, and ``FiringOverlap`` when a load of the pipeline
    /// runs: it is asked where nobody else can create one. `awaited` says which files are.
    func creator(for lease: FiringLease, awaited: String?) -> any LoadCreator
    /// The clock of a schedule.
    ///
    /// - Throws: an error for a zone that this machine does not know.
    func clock(of schedule: Schedule) throws -> ScheduleClock
    /// Whether the same may succeed a little later, because only a server was away.
    func mayPass(_ error: any Error) -> Bool
}

/// What a firing loads.
public struct ScheduledRequest: Sendable, Hashable {
    /// What is to be loaded; `nil` when nothing is.
    public var request: LoadRequest?
    /// Which files of periods that are due are awaited; `nil` when none is.
    public var awaited: String?

    /// Creates one.
    public init(request: LoadRequest?, awaited: String? = nil) {
        self.request = request
        self.awaited = awaited
    }
}
