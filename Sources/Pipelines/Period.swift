/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
public struct Day: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    public var number: Int

    /// The day `number` days after 1970-01-01.
    public init(number: Int) {
        self.number = number
    }

    /// The day of a civil date, or `nil` when there is no such date.
    ///
    /// The arithmetic is Howard Hinnant's `days_from_civil`.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard day <= Self.length(ofMonth: month, year: year) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads `yyyy-MM-dd`.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Year, month and day.
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Day of the week by ISO 8601: 1 is Monday, 7 is Sunday.
    public var isoWeekday: Int {
        let fromMonday = (number + 3) % 7
        return (fromMonday < 0 ? fromMonday + 7 : fromMonday) + 1
    }

    /// The earlier of two days.
    public static func < (left: Day, right: Day) -> Bool {
        left.number < right.number
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Day: CustomStringConvertible {
    /// `yyyy-MM-dd`.
    public var description: String {
        let (year, month, day) = civil
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }
}

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

    /// How people and file names call it.
    public var label: String {
        let (year, month, _) = start.civil
        switch grain {
        case .day: return start.description
        case .week:
            let thursday = Day(number: start.number + 3)
            let isoYear = thursday.civil.year
            let firstDay = Day(year: isoYear, month: 1, day: 1) ?? thursday
            return padded(isoYear, 4) + "-W" + padded((thursday.number - firstDay.number) / 7 + 1, 2)
        case .month: return padded(year, 4) + "-" + padded(month, 2)
        case .quarter: return padded(year, 4) + "-Q\((month - 1) / 3 + 1)"
        case .year: return padded(year, 4)
        }
    }

    /// The earlier of two periods.
    public static func < (left: Period, right: Period) -> Bool {
        left.start < right.start
    }

    private static func months(from index: Int, count: Int) -> (Day, Day) {
        (firstDay(ofMonth: index), firstDay(ofMonth: index + count))
    }

    private static func firstDay(ofMonth index: Int) -> Day {
        guard let day = Day(year: index / 12, month: index % 12 + 1, day: 1) else {
            preconditionFailure("the month \(index) lies outside the years 1 to 9999")
        }
        return day
    }

    private static func firstDay(of label: String, grain: PeriodGrain) -> Day? {
        switch grain {
        case .day: return Day(label)
        case .month: return Day(label + "-01")
        case .year: return Day(label + "-01-01")
        case .quarter:
            let parts = label.split(separator: "-Q")
            guard parts.count == 2, let quarter = Int(parts[1]), (1...4).contains(quarter) else {
                return nil
            }
            return Day("\(parts[0])-" + padded(quarter * 3 - 2, 2) + "-01")
        case .week:
            let parts = label.split(separator: "-W")
            guard parts.count == 2, let year = Int(parts[0]), let week = Int(parts[1]),
                let fourth = Day(year: year, month: 1, day: 4)
            else { return nil }
            return Day(number: fourth.number - fourth.isoWeekday + 1 + (week - 1) * 7)
        }
    }
}

/// How a pipeline's facts are cut into periods.
public struct PeriodRule: Sendable, Hashable {
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

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
