public import Rows

/// The instants at which an expression of cron comes true by the clock of a zone, in seconds since 1970-01-01 UTC.
///
/// A local time that the clock skips is fired when the clock goes on; several of them are fired once. One that the
/// clock shows twice is fired once, the first time; only an expression of every hour is fired each time, because it
/// is about intervals.
public struct FiringTimes: Sendable {
    private let cron: CronExpression
    private let zone: ZoneTable
    /// Seconds from midnight, in order.
    private let timesOfDay: [Int]

    /// The times of an expression in a zone.
    public init(_ cron: CronExpression, in zone: ZoneTable) {
        self.cron = cron
        self.zone = zone
        timesOfDay = cron.hours.flatMap { hour in cron.minutes.map { hour * 3600 + $0 * 60 } }
            .sorted()
    }

    /// The first instant after `instant`; `nil` when there is none before the end of time.
    public func next(after instant: Int) -> Int? {
        let first = next(after: instant) { zone.firstInstant(of: $0) }
        guard cron.isOfEveryHour else { return first }
        let again = next(after: instant) { zone.lastInstant(of: $0) }
        return [first, again].compactMap(\.self).min()
    }

    /// The first instant after `instant` that `place` gives of a local time; a later time has no earlier instant.
    private func next(after instant: Int, _ place: (_ local: Int) -> Int) -> Int? {
        // Where clocks go back over midnight, it was a day later already.
        var day = cron.nextDay(from: Self.day(of: zone.local(at: instant)) - 1)
        while let current = day {
            let midnight = current * 86_400
            let index = firstTime { place(midnight + $0) > instant }
            if let index { return place(midnight + timesOfDay[index]) }
            day = cron.nextDay(from: current + 1)
        }
        return nil
    }

    /// The place of the first time of day for which `isLate` holds, as it does for all after it.
    private func firstTime(where isLate: (Int) -> Bool) -> Int? {
        var (low, high) = (0, timesOfDay.count)
        while low < high {
            let middle = (low + high) / 2
            if isLate(timesOfDay[middle]) { high = middle } else { low = middle + 1 }
        }
        return low < timesOfDay.count ? low : nil
    }

    /// The instants after `instant` up to and with `end`: the first `limit` of them, in order.
    public func times(after instant: Int, through end: Int, limit: Int) -> [Int] {
        var times: [Int] = []
        while times.count < limit, let next = next(after: times.last ?? instant), next <= end {
            times.append(next)
        }
        return times
    }

    /// What the zone's clock shows at an instant: `2026-11-30 02:00`.
    public func localTime(at instant: Int) -> String { WrittenTime.text(zone.local(at: instant)) }

    private static func day(of local: Int) -> Int {
        local >= 0 ? local / 86_400 : -((86_399 - local) / 86_400)
    }
}
