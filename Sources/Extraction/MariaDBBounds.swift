import MariaDB
import Pipelines
import Rows
import Words

/// The bounds of a period as values of a query's `?`.
///
/// A `timestamp` is an instant, and its session's clock is UTC; a `datetime` is what a clock shows, which is the
/// period's. So what a bound is depends on what it is compared with: that is taken to be the column that places the rows
/// in periods.
struct MariaDBBounds: Sendable {
    /// The source's name, for messages.
    let name: String
    let period: Period
    let clock: SourceClock

    /// A query with `?` for the bounds of its period, and which they are, in their order.
    static func marking(_ query: String) -> (sql: String, names: [String]) {
        let text = SQLText(query)
        let known = ["period_start": "?", "period_end": "?"]
        let names = text.placeholders.filter { known[$0] != nil }
        return (text.replacing(placeholders: known), names)
    }

    /// The values of some placeholders.
    ///
    /// - Parameters:
    ///   - names: Those, in their order.
    ///   - columns: What the query gives.
    /// - Returns: A value for each.
    /// - Throws: ``ExtractionError`` when it cannot be known what a bound is.
    func moments(
        _ names: [String],
        among columns: [MariaDBColumn]
    ) throws(ExtractionError) -> [MariaDBMoment] {
        let days = names.map { $0 == "period_start" ? period.start : period.end }
        let zone = try clock.table()
        // Where the period's clock is UTC, all of them are the same.
        guard !days.isEmpty, !zone.isUTC else { return days.map { MariaDBMoment($0) } }
        switch columns.first(where: { ExactText($0.name) == clock.periodColumn })?.kind {
        case .date: return days.map { MariaDBMoment($0) }
        case .dateTime: return days.map { MariaDBMoment(DayStart($0, in: zone, clock)) }
        case .instant: return days.map { MariaDBMoment(second: zone.secondOfDay($0.number)) }
        default: throw unknownBound
        }
    }

    private var unknownBound: ExtractionError {
        let column =
            clock.periodColumn.map { "`\($0)`" } ?? "the one that the period is computed from"
        return ExtractionError(
            .misconfigured,
            "the query of the source `\(name)` has a bound of a period in the zone `\(clock.zone)`: whether that is "
                + "an instant or what a clock shows is known by the column that places the rows in periods, and the "
                + "query gives no `timestamp`, `datetime` or `date` called \(column); select it as it is, or have "
                + "periods in UTC"
        )
    }
}

extension ZoneTable {
    /// When a day (counted from 1970-01-01) begins, in seconds since 1970-01-01 UTC.
    func secondOfDay(_ day: Int) -> Int {
        Int(startOfDay(day) / 1_000_000) + 946_684_800
    }
}

extension MariaDBMoment {
    fileprivate init(_ day: Day, second: Int? = nil) {
        let (year, month, number) = day.civil
        self.init(year: year, month: month, day: number, second: second)
    }

    /// What the clock shows when a day begins.
    fileprivate init(_ start: DayStart) {
        if start.isAtMidnight { self.init(start.day) } else { self.init(second: start.shown) }
    }

    /// A second since 1970-01-01 UTC, or on a clock.
    fileprivate init(second: Int) {
        let day = Int((Double(second) / 86_400).rounded(.down))
        self.init(Day(number: day), second: second - day * 86_400)
    }
}
