public import Rows

/// A schedule with the table of its zone: which firings are due, and until when each is to be loaded.
///
/// All instants are seconds since 1970-01-01 UTC.
public struct ScheduleClock: Sendable {
    private let schedule: Schedule
    /// When it is fired.
    public let times: FiringTimes
    private let deadlines: FiringTimes?

    /// A firing whose time has come.
    public struct Firing: Sendable, Hashable {
        /// When it was to be fired.
        public var planned: Int
        /// By when it is to be loaded.
        public var deadline: Int?
        /// Whether nobody was there for it, and it is not made up for.
        public var isMissed: Bool

        /// Creates a firing.
        public init(planned: Int, deadline: Int?, isMissed: Bool) {
            self.planned = planned
            self.deadline = deadline
            self.isMissed = isMissed
        }
    }

    /// What is to be written down of a schedule whose time has come.
    public struct Due: Sendable, Hashable {
        /// Its firings, in order.
        public var firings: [Firing]
        /// The first firing after them; `nil` when there will be none.
        public var next: Firing?
    }

    /// How late a firing may be and still be on time.
    static let lateness = 60
    /// How many firings are written down at a time.
    static let batch = 500

    /// A clock of a schedule; `zone` is the table of its zone.
    public init(_ schedule: Schedule, in zone: ZoneTable) {
        self.schedule = schedule
        times = FiringTimes(schedule.cron, in: zone)
        deadlines = schedule.deadline.map { FiringTimes(CronExpression(daily: $0), in: zone) }
    }

    /// The first firing after an instant.
    public func next(after instant: Int) -> Firing? {
        times.next(after: instant).map(firing)
    }

    /// The firing of an instant.
    public func firing(_ planned: Int) -> Firing { firing(planned, isMissed: false) }

    /// The firings from `first`, which is the first that is not written down, up to `now`: 500 at most, so that
    /// there may be more behind them.
    public func due(from first: Int, now: Int) -> Due {
        guard first <= now else { return Due(firings: [], next: firing(first)) }
        let later = times.times(after: first, through: now, limit: Self.batch - 1)
        let planned = [first] + later
        let next = self.next(after: planned.last ?? first)
        let isAll = next.map { $0.planned > now } ?? true
        let firings = planned.enumerated()
            .map { index, time in
                let isLast = isAll && index == planned.count - 1
                return firing(time, isMissed: isMissed(time, isLast: isLast, now: now))
            }
        return Due(firings: firings, next: next)
    }

    private func isMissed(_ time: Int, isLast: Bool, now: Int) -> Bool {
        switch schedule.catchUp {
        case .all: false
        case .last: !isLast
        case .none: now - time > Self.lateness
        }
    }

    private func firing(_ planned: Int, isMissed: Bool) -> Firing {
        Firing(planned: planned, deadline: deadlines?.next(after: planned), isMissed: isMissed)
    }
}
