internal import Words

/// How long a period is.
public enum PeriodGrain: String, Sendable, Hashable, CaseIterable {
    /// One day: `2024-01-31`.
    case day
    /// One ISO 8601 week, from Monday: `2024-W05`.
    case week
    /// One month: `2024-01`.
    case month
    /// Three months: `2024-Q1`.
    case quarter
    /// One year: `2024`.
    case year

    /// How a period is written.
    public var example: String {
        switch self {
        case .day: "2024-01-31"
        case .week: "2024-W05"
        case .month: "2024-01"
        case .quarter: "2024-Q1"
        case .year: "2024"
        }
    }
}

/// The slice of time in which facts are replaced: from `start` up to, not including, `end`.
public struct Period: Sendable, Hashable, Comparable {
    /// How long it is.
    public let grain: PeriodGrain
    /// Its first day.
    public let start: Day
    /// The first day after it.
    public let end: Day

    /// The period of `grain` that contains `day`.
    public init(_ grain: PeriodGrain, containing day: Day) {
        self.grain = grain
        let (year, month, _) = day.civil
        switch grain {
        case .day:
            start = day
            end = Day(number: day.number + 1)
        case .week:
            start = Day(number: day.number - day.isoWeekday + 1)
            end = Day(number: start.number + 7)
        case .month: (start, end) = Self.months(from: year * 12 + month - 1, count: 1)
        case .quarter: (start, end) = Self.months(from: year * 12 + (month - 1) / 3 * 3, count: 3)
        case .year: (start, end) = Self.months(from: year * 12, count: 12)
        }
    }

    /// Reads a label of `grain`: `2024-01-31`, `2024-W05`, `2024-01`, `2024-Q1` or `2024`.
    public init?(_ label: String, grain: PeriodGrain) {
        guard let day = Self.firstDay(of: label, grain: grain) else { return nil }
        self.init(grain, containing: day)
        guard self.label == label else { return nil }
    }

    /// The period after this one.
    public var next: Period { Period(grain, containing: end) }
    /// The period before this one.
    public var previous: Period { Period(grain, containing: Day(number: start.number - 1)) }

    /// How many periods there are from this one through `last`, both among them; both of one grain.
    public func count(through last: Period) -> Int {
        guard start <= last.start else { return 0 }
        let days = last.start.number - start.number
        let (first, other) = (start.civil, last.start.civil)
        let months = (other.year - first.year) * 12 + other.month - first.month
        return switch grain {
        case .day: days + 1
        case .week: days / 7 + 1
        case .month: months + 1
        case .quarter: months / 3 + 1
        case .year: months / 12 + 1
        }
    }

    /// How people and file names call it.
    public var label: String {
        let (year, month, _) = start.civil
        switch grain {
        case .day: return start.description
        case .week: return padded(isoWeek.year, 4) + "-W" + padded(isoWeek.week, 2)
        case .month: return padded(year, 4) + "-" + padded(month, 2)
        case .quarter: return padded(year, 4) + "-Q\((month - 1) / 3 + 1)"
        case .year: return padded(year, 4)
        }
    }

    /// The ISO 8601 week of its first day, a Monday, and the year that the week belongs to.
    var isoWeek: (year: Int, week: Int) {
        let thursday = Day(number: start.number + 3)
        let year = thursday.civil.year
        let firstDay = Day(year: year, month: 1, day: 1) ?? thursday
        return (year, (thursday.number - firstDay.number) / 7 + 1)
    }

    /// The earlier of two periods.
    public static func < (left: Period, right: Period) -> Bool {
        left.start < right.start
    }

    private static func months(from index: Int, count: Int) -> (Day, Day) {
        (firstDay(ofMonth: index), firstDay(ofMonth: index + count))
    }

    private static func firstDay(ofMonth index: Int) -> Day {
        let month = index % 12 + 1
        return Day(unboundedYear: index / 12, month: month, day: 1)
    }

    private static func firstDay(of label: String, grain: PeriodGrain) -> Day? {
        switch grain {
        case .day: return Day(label)
        case .month: return Day(label + "-01")
        case .year: return Day(label + "-01-01")
        case .quarter:
            let parts = label.split(separator: "-Q")
            guard parts.count == 2, let quarter = digits(parts[1]), (1...4).contains(quarter) else {
                return nil
            }
            return Day("\(parts[0])-" + padded(quarter * 3 - 2, 2) + "-01")
        case .week:
            let parts = label.split(separator: "-W")
            guard parts.count == 2, let year = digits(parts[0]), let week = digits(parts[1]),
                (1...53).contains(week), let fourth = Day(year: year, month: 1, day: 4)
            else { return nil }
            return Day(number: fourth.number - fourth.isoWeekday + 1 + (week - 1) * 7)
        }
    }
}

/// How a pipeline's facts are cut into periods.
public struct PeriodRule: Sendable, Hashable {
    /// The most periods of a pipeline: 273 years of days.
    ///
    /// All are looked at before each load.
    public static let most = 100_000

    /// The length of a period.
    public var grain: PeriodGrain
    /// The first period.
    public var first: Period
    /// The last period; `nil` for all that have ended.
    public var last: Period?

    /// Creates a rule.
    public init(grain: PeriodGrain, first: Period, last: Period?) {
        self.grain = grain
        self.first = first
        self.last = last
    }
}
