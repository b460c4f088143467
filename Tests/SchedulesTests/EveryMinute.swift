import Foundation
import TestSupport

/// The firings of an expression found by asking of every minute of time whether it is one: with the system's own
/// knowledge of zones, and with fields that are read in another way.
struct EveryMinute {
    private let fields: [Set<Int>]
    private let isEitherDayEnough: Bool
    private let zone: TimeZone
    private let calendar: Calendar

    /// Of an expression as ``CronDraft`` writes them, without names.
    init(_ text: String, zone name: String) {
        let words = text.split(separator: " ").map(String.init)
        let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
        fields = zip(words, bounds)
            .map { word, bounds in
                Set((bounds.0...bounds.1).filter { Self.names(word, $0, bounds) })
            }
        isEitherDayEnough = !words[2].hasPrefix("*") && !words[4].hasPrefix("*")
        guard let zone = TimeZone(identifier: name) else { fatalError("no zone `\(name)`") }
        self.zone = zone
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        self.calendar = calendar
    }

    private static func names(_ word: String, _ number: Int, _ bounds: (Int, Int)) -> Bool {
        word.split(separator: ",")
            .contains { item in
                let parts = item.split(separator: "/")
                let range =
                    parts[0] == "*"
                    ? [bounds.0, bounds.1] : parts[0].split(separator: "-").map { Int($0) ?? -1 }
                let (first, last) = (range[0], range[range.count - 1])
                let step = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
                return number >= first && number <= last && (number - first) % step == 0
            }
    }

    /// Seconds since 1970 of its firings after `start` up to and with `end`, which are whole minutes.
    func firings(after start: Int, through end: Int) -> [Int] {
        // No clock here is set back by more than three hours.
        var shown = Set(stride(from: start - 10_800, through: start, by: 60).map(local))
        var firings: [Int] = []
        var last = local(start)
        for instant in stride(from: start + 60, through: end, by: 60) {
            let now = local(instant)
            let skipped = stride(from: last + 60, to: now, by: 60)
            let isFirst = shown.insert(now).inserted
            let isNow = matches(now) && (isFirst || fields[1].count == 24)
            if isNow || skipped.contains(where: matches) { firings.append(instant) }
            last = now
        }
        return firings
    }

    private func local(_ instant: Int) -> Int {
        instant + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }

    private func matches(_ local: Int) -> Bool {
        let minute = (local % 3600) / 60
        guard fields[0].contains(minute), fields[1].contains(local % 86_400 / 3600) else {
            return false
        }
        let date = calendar.dateComponents(
            [.day, .month, .weekday],
            from: Date(timeIntervalSince1970: Double(local))
        )
        guard let day = date.day, let month = date.month, let weekday = date.weekday,
            fields[3].contains(month)
        else { return false }
        let isDay = fields[2].contains(day)
        let isWeekday =
            fields[4].contains(weekday - 1) || weekday == 1 && fields[4].contains(7)
        return isEitherDayEnough ? isDay || isWeekday : isDay && isWeekday
    }
}

/// Expressions and times at random, near the changes of clocks.
struct CronDraft {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// An expression.
    mutating func next() -> String {
        let small = ["*", "0", "30", "15,45", "*/10", "*/7", "20-40/5", "59"]
        let hours = [
            "*", "*", "0", "1", "2", "3", "0-3", "1,2", "*/2", "23", "0-23/3", "1-2", "0-23",
        ]
        let days = ["*", "*", "*", "*/2", "1-15", "3", "10,31", "25-31"]
        let months = ["*", "*", "*", "3,10,11", "1-6", "4"]
        let weekdays = ["*", "*", "*", "0", "7", "1-5", "0,6", "*/3"]
        return [small, hours, days, months, weekdays].map { pick($0) }.joined(separator: " ")
    }

    /// A whole minute in the weeks of the years 2023 to 2026 in which clocks are changed.
    mutating func springOrAutumn() -> Int {
        let year = 1_672_531_200 + Int.random(in: 0..<4, using: &random) * 31_557_600
        let month = pick([62, 80, 92, 272, 290, 300])
        let minute = (year / 86_400 + month) * 1440 + Int.random(in: 0..<14_400, using: &random)
        return minute * 60
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
}
