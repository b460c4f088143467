/// A date and time of day as it is written, of no particular zone.
public struct CivilTime: BitwiseCopyable {
    /// 1 to 9999 when it can be.
    public var year = 0
    /// 1 to 12 when it can be.
    public var month = 0
    /// From 1.
    public var day = 0
    /// 0 to 23 when it can be.
    public var hour = 0
    /// 0 to 59 when it can be.
    public var minute = 0
    /// 0 to 59 when it can be.
    public var second = 0
    /// 0 to 999,999.
    public var microsecond = 0
    /// Seconds east of UTC, when the text says so.
    public var offset: Int?

    /// A moment of which nothing has been read.
    @inlinable
    public init() {}

    /// The beginning of a day.
    public init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// An instant in UTC, by Howard Hinnant's `civil_from_days`.
    public init(millisecondsSince1970 milliseconds: Int) {
        let seconds = Self.floor(milliseconds, 1_000)
        let days = Self.floor(seconds, 86_400)
        let second = Self.rest(seconds, 86_400)
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * fromMarch + 2) / 5 + 1
        (hour, minute, self.second) = (second / 3_600, second / 60 % 60, second % 60)
        microsecond = Self.rest(milliseconds, 1_000) * 1_000
        offset = 0
    }

    /// The quotient, rounded down.
    private static func floor(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }

    /// What the quotient leaves, never negative; without a product, which may be too large.
    private static func rest(_ number: Int, _ divisor: Int) -> Int {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }

    /// Whether the calendar has the day.
    @inlinable @inline(__always)
    public var hasDay: Bool {
        year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1
            && (day <= 28 || day <= Self.length(ofMonth: month, year: year))
    }

    /// Whether the clock has the time: no 24:00, no leap second.
    @inlinable @inline(__always)
    public var hasTime: Bool { hour <= 23 && minute <= 59 && second <= 59 }

    /// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`.
    @inlinable @inline(__always)
    public var dayNumber: Int {
        let shifted = month <= 2 ? year &- 1 : year
        let fromMarch = month > 2 ? month &- 3 : month &+ 9
        let dayOfYear = (153 &* fromMarch &+ 2) / 5 &+ day &- 1
        return shifted &* 365 &+ shifted / 4 &- shifted / 100 &+ shifted / 400 &+ dayOfYear
            &- 719_468
    }

    /// Seconds since 1970-01-01 00:00 on the same clock.
    @inlinable @inline(__always)
    public var seconds: Int {
        dayNumber &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second
    }

    /// Seconds since 1970-01-01 00:00 of year, month, day, hour, minute and second; `nil` for what no
    /// calendar or clock has.
    public static func seconds(of numbers: [Int]) -> Int? {
        guard numbers.count == 6 else { return nil }
        var time = CivilTime(year: numbers[0], month: numbers[1], day: numbers[2])
        (time.hour, time.minute, time.second) = (numbers[3], numbers[4], numbers[5])
        return time.hasDay && time.hasTime ? time.seconds : nil
    }

    /// How many days a month has.
    @inlinable
    public static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Where Postgres begins to count, in terms of 1970-01-01.
public enum PostgresEpoch {
    /// 2000-01-01 in days.
    @inlinable public static var day: Int { 10_957 }
    /// 2000-01-01 00:00 UTC in seconds.
    @inlinable public static var second: Int { 946_684_800 }
}
