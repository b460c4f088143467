/// When a pipeline is loaded without being asked for.
public struct Schedule: Sendable, Hashable {
    /// The times.
    public var cron: CronExpression
    /// The IANA name of the zone whose clock they are read on.
    public var zone: String
    /// What is loaded.
    public var periods: ScheduledPeriods
    /// What becomes of a firing while a load of the pipeline runs.
    public var overlap: Overlap
    /// What becomes of firings that nobody was there for.
    public var catchUp: CatchUp
    /// By when a firing is to be loaded; `nil` when it may take as long as it does.
    public var deadline: TimeOfDay?

    /// Creates a schedule.
    public init(
        cron: CronExpression,
        zone: String,
        periods: ScheduledPeriods = .due,
        overlap: Overlap = .skip,
        catchUp: CatchUp = .last,
        deadline: TimeOfDay? = nil
    ) {
        self.cron = cron
        self.zone = zone
        self.periods = periods
        self.overlap = overlap
        self.catchUp = catchUp
        self.deadline = deadline
    }

    /// What becomes of a firing while a load of the pipeline runs.
    public enum Overlap: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is left to that load.
        case skip
        /// It waits for that load's end.
        case queue
    }

    /// What becomes of firings that nobody was there for.
    public enum CatchUp: String, Sendable, Hashable, Codable, CaseIterable {
        /// The last of them is made up for.
        case last
        /// Each of them is made up for, in order.
        case all
        /// None is, when it is more than a minute late.
        case none
    }
}

/// What a schedule loads.
public enum ScheduledPeriods: Sendable, Hashable {
    /// What is due, as `longshore load` finds it.
    case due
    /// The last periods that are over, again, and what else is due.
    case last(Int)

    /// The most periods of ``last(_:)``.
    public static let most = 1000

    /// Reads `due` or `last 28`.
    public init?(_ text: String) {
        if text == "due" {
            self = .due
            return
        }
        guard
            let match = text.wholeMatch(
                of: #/last ([0-9]{1,4})/#.matchingSemantics(.unicodeScalar)
            ), let count = Int(match.1),
            (1...Self.most).contains(count)
        else { return nil }
        self = .last(count)
    }

    /// `due` or `last 28`.
    public var text: String {
        switch self {
        case .due: "due"
        case .last(let count): "last \(count)"
        }
    }
}

/// A time of day, to the minute.
public struct TimeOfDay: Sendable, Hashable {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int

    /// Reads `06:00`.
    public init?(_ text: String) {
        guard
            let match = text.wholeMatch(
                of: #/([0-9]{1,2}):([0-9]{2})/#.matchingSemantics(.unicodeScalar)
            ),
            let hour = Int(match.1), let minute = Int(match.2), hour < 24, minute < 60
        else { return nil }
        (self.hour, self.minute) = (hour, minute)
    }

    /// `06:00`.
    public var text: String {
        (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }
}
