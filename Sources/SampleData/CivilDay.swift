/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
struct CivilDay: Sendable, Hashable, Comparable, Strideable {
    var number: Int

    init(number: Int) {
        self.number = number
    }

    // https://howardhinnant.github.io/date_algorithms.html#days_from_civil
    init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    var date: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    /// 0 is Monday, 6 is Sunday.
    var weekday: Int { (number + 3) % 7 }

    static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }
    func distance(to other: CivilDay) -> Int { other.number - number }
    func advanced(by days: Int) -> CivilDay { CivilDay(number: number + days) }
}

/// A month of the calendar.
struct CivilMonth: Sendable, Hashable {
    let year: Int
    let month: Int

    /// The month `offset` months after this one.
    func advanced(by offset: Int) -> CivilMonth {
        let index = year * 12 + month - 1 + offset
        return CivilMonth(year: index / 12, month: index % 12 + 1)
    }

    var first: CivilDay { CivilDay(year: year, month: month, day: 1) }
    var days: Range<CivilDay> { first..<advanced(by: 1).first }

    /// `yyyy-MM`.
    var label: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}
