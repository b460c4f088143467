/// A date and time of day as it is written, of no particular zone.
struct CivilTime: BitwiseCopyable {
    var year = 0
    var month = 0
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0
    var microsecond = 0
    /// Seconds east of UTC, when the text says so.
    var offset: Int?

    /// Whether the calendar has the day.
    @inline(__always)
    var hasDay: Bool {
        year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1
            && (day <= 28 || day <= Self.length(ofMonth: month, year: year))
    }

    /// Whether the clock has the time: no 24:00, no leap second.
    @inline(__always)
    var hasTime: Bool { hour <= 23 && minute <= 59 && second <= 59 }

    /// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`.
    @inline(__always)
    var dayNumber: Int {
        let shifted = month <= 2 ? year &- 1 : year
        let fromMarch = month > 2 ? month &- 3 : month &+ 9
        let dayOfYear = (153 &* fromMarch &+ 2) / 5 &+ day &- 1
        return shifted &* 365 &+ shifted / 4 &- shifted / 100 &+ shifted / 400 &+ dayOfYear
            &- 719_468
    }

    /// Seconds since 1970-01-01 00:00 on the same clock.
    @inline(__always)
    var seconds: Int {
        dayNumber &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Where Postgres begins to count, in terms of 1970-01-01.
enum PostgresEpoch {
    /// 2000-01-01 in days.
    static let day = 10_957
    /// 2000-01-01 00:00 UTC in seconds.
    static let second = 946_684_800
}
