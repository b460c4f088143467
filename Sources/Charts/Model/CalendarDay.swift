import Values

/// A day on a chart's axis, written in English whatever the machine's language.
public struct CalendarDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    public let number: Int

    /// The day that is so many days after 1970-01-01.
    public init(number: Int) {
        self.number = number
    }

    /// A day as queries write it: `2024-03-01`, `2024-03` for its first day, `2024-03-01 00:00:00` with or without
    /// `.000` and a zone; `nil` for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let year = Self.digits(parts[0]), let month = Self.digits(parts[1])
        else { return nil }
        let rest = parts.count == 3 ? parts[2] : "01"
        guard let day = Self.digits(rest.prefix(2)), rest.utf8.count >= 2,
            Self.isMidnight(rest.dropFirst(2))
        else { return nil }
        let time = CivilTime(year: year, month: month, day: day)
        guard time.hasDay else { return nil }
        number = time.dayNumber
    }

    private static func digits(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { $0 &- 0x30 <= 9 } ? Int(text) : nil
    }

    /// By bytes; a part of a second is none of a day's beginning, unless it is all zeros.
    private static func isMidnight(_ text: Substring) -> Bool {
        guard let separator = text.utf8.first else { return true }
        let clock = text.utf8.dropFirst()
        guard [UInt8(ascii: " "), UInt8(ascii: "T")].contains(separator),
            clock.starts(with: "00:00:00".utf8)
        else { return false }
        let rest = clock.dropFirst(8)
        guard rest.first == UInt8(ascii: ".") else { return isZone(rest) }
        return isZone(rest.dropFirst().drop { $0 == UInt8(ascii: "0") })
    }

    /// `Z`, `+00`, `-03:30`, or nothing.
    private static func isZone(_ text: Substring.UTF8View) -> Bool {
        guard let sign = text.first, sign != UInt8(ascii: "Z") else { return text.count <= 1 }
        return [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(sign)
            && text.dropFirst().allSatisfy { $0 &- 0x30 <= 9 || $0 == UInt8(ascii: ":") }
    }

    /// Its year, month and day.
    private var civil: CivilTime { CivilTime(millisecondsSince1970: number * 86_400_000) }

    /// Its year.
    var year: Int { civil.year }

    /// Its number in its month, from 1.
    var dayOfMonth: Int { civil.day }

    /// Months since January of the year 0.
    var month: Int { civil.year * 12 + civil.month - 1 }

    /// Monday is 0.
    var weekday: Int { ((number + 3) % 7 + 7) % 7 }

    static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Mar`.
    var monthName: String { Self.monthNames[civil.month - 1] }

    /// `Mar 2024`, or `March` without its year.
    package func monthName(withYear: Bool) -> String {
        withYear ? CalendarStep.month.name(of: self) : Self.longMonthNames[civil.month - 1]
    }

    /// `3 Mar 2024`.
    package var name: String { CalendarStep.day.name(of: self) }

    /// Whether a month begins with it.
    package var isFirstOfMonth: Bool { dayOfMonth == 1 }

    private static let longMonthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// The order of days.
    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        left.number < right.number
    }
}

/// The distance of an axis's places in time.
enum CalendarStep {
    case day
    case week
    case month
    case year

    /// The largest step that meets every one of the days.
    init(meeting days: [CalendarDay]) {
        let areFirsts = days.allSatisfy { $0.dayOfMonth == 1 }
        if days.count > 1, areFirsts {
            self = days.allSatisfy { $0.month.isMultiple(of: 12) } ? .year : .month
        } else if days.count > 1, Set(days.map(\.weekday)).count == 1 {
            self = .week
        } else {
            self = days.count == 1 && areFirsts ? .month : .day
        }
    }

    /// How many steps a day is after another one.
    func count(from first: CalendarDay, to day: CalendarDay) -> Int {
        switch self {
        case .day: day.number - first.number
        case .week: (day.number - first.number) / 7
        case .month: day.month - first.month
        case .year: day.year - first.year
        }
    }

    /// The day that is so many steps after another one.
    func day(_ count: Int, after first: CalendarDay) -> CalendarDay {
        switch self {
        case .day: return CalendarDay(number: first.number + count)
        case .week: return CalendarDay(number: first.number + count * 7)
        case .month, .year:
            let month = first.month + (self == .year ? count * 12 : count)
            let start = CivilTime(year: month / 12, month: month % 12 + 1, day: 1)
            return CalendarDay(number: start.dayNumber)
        }
    }

    /// A place's name: `3 Mar 2024`, `week of 4 Mar 2024`, `Mar 2024`, `2024`.
    func name(of day: CalendarDay) -> String {
        switch self {
        case .day: "\(day.dayOfMonth) \(day.monthName) \(day.year)"
        case .week: "week of \(day.dayOfMonth) \(day.monthName) \(day.year)"
        case .month: "\(day.monthName) \(day.year)"
        case .year: "\(day.year)"
        }
    }

    /// What the names of the axis's places are, for sentences: `by day`.
    var words: String {
        switch self {
        case .day: "day"
        case .week: "week"
        case .month: "month"
        case .year: "year"
        }
    }
}
