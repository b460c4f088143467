import Values

/// When something is to happen, in the five fields of cron: minute, hour, day of the month, month, weekday.
///
/// A field is `*`, a number, a range `1-5`, a step `*/15` or `8-18/2`, or a list of these with commas; months and
/// weekdays have names, too, and Sunday is 0 and 7. `@hourly`, `@daily` (`@midnight`), `@weekly`, `@monthly` and
/// `@yearly` (`@annually`) stand for all five. As in Vixie's cron, a day matches when both its day of the month and
/// its weekday do; where neither of the two begins with `*`, one of them is enough.
public struct CronExpression: Sendable, Hashable {
    /// As it was written.
    public let text: String
    let minutes: Set<Int>
    let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    /// 0 is Sunday.
    private let weekdays: Set<Int>
    /// Whether one of day of the month and weekday is enough.
    private let isEitherDayEnough: Bool

    /// Whether it happens in every hour of a day: then it is about intervals, and not about times of day.
    var isOfEveryHour: Bool { hours.count == 24 }

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    ]

    /// Reads an expression.
    ///
    /// - Throws: ``CronError`` that says which field is wrong, and what it may be.
    public init(_ text: String) throws(CronError) {
        let fields = try Self.fields(of: text)
        self.text = text
        minutes = try CronField.minutes.values(of: fields[0])
        hours = try CronField.hours.values(of: fields[1])
        days = try CronField.days.values(of: fields[2])
        months = try CronField.months.values(of: fields[3])
        weekdays = Set(try CronField.weekdays.values(of: fields[4]).map { $0 % 7 })
        isEitherDayEnough = ![fields[2], fields[4]].contains { $0.hasPrefix("*") }
        guard nextDay(from: 0) != nil else { throw .neverHappens(text) }
    }

    private static func fields(of text: String) throws(CronError) -> [Substring] {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, first.hasPrefix("@") else {
            guard words.count == CronField.all.count else {
                throw .wrongNumber(of: words.count)
            }
            return words
        }
        guard words.count == 1, let meant = shorthands[first.lowercased()] else {
            throw .unknownShorthand(text, among: shorthands.keys.sorted())
        }
        return meant.split(separator: " ")
    }

    /// Days of a Gregorian cycle of weekdays that has a 29 February on each of them.
    private static let longestWait = 366 * 48

    /// The first day from `first` on, counted from 1970-01-01, on which it happens; `nil` when there is none.
    func nextDay(from first: Int) -> Int? {
        (first..<first + Self.longestWait).first(where: matches)
    }

    /// Whether it happens on a day, counted from 1970-01-01.
    func matches(day: Int) -> Bool {
        let date = CivilTime(millisecondsSince1970: day * 86_400_000)
        guard months.contains(date.month) else { return false }
        let isDay = days.contains(date.day)
        let isWeekday = weekdays.contains(((day + 4) % 7 + 7) % 7)
        return isEitherDayEnough ? isDay || isWeekday : isDay && isWeekday
    }
}

extension CronExpression {
    /// Once a day.
    init(daily time: TimeOfDay) {
        text = "\(time.minute) \(time.hour) * * *"
        minutes = [time.minute]
        hours = [time.hour]
        days = Set(CronField.days.range)
        months = Set(CronField.months.range)
        weekdays = Set(0...6)
        isEitherDayEnough = false
    }
}
