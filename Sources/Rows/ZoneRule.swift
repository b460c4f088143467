import Values

/// The rule in a zone file's footer: POSIX's `TZ` with RFC 8536's extension, as
/// `EST5EDT,M3.2.0,M11.1.0` or `<-05>5`.
struct ZoneRule {
    /// Seconds east of UTC.
    let standard: Int
    private let summer: Summer?

    private struct Summer {
        var offset: Int
        var start: Change
        var end: Change
    }

    /// A day of each year, and a time on it.
    private struct Change {
        enum Day {
            /// The `week`th (5 is the last) `weekday` (0 is Sunday) of a month.
            case weekday(month: Int, week: Int, weekday: Int)
            /// 1 to 365, never counting 29 February.
            case withoutLeap(Int)
            /// 0 to 365, counting 29 February.
            case withLeap(Int)
        }

        var day: Day
        /// Seconds from midnight on the clock in force before the change.
        var time: Int

        /// The change in seconds since 1970-01-01, on that clock.
        func localSecond(year: Int) -> Int {
            dayNumber(year: year) * 86_400 + time
        }

        private func dayNumber(year: Int) -> Int {
            let newYear = CivilTime(year: year, month: 1, day: 1).dayNumber
            switch day {
            case .withLeap(let index): return newYear + index
            case .withoutLeap(let index):
                let isLeap = CivilTime.length(ofMonth: 2, year: year) == 29
                return newYear + index - 1 + (isLeap && index >= 60 ? 1 : 0)
            case .weekday(let month, let week, let weekday):
                let first = CivilTime(year: year, month: month, day: 1).dayNumber
                let firstWeekday = ((first + 4) % 7 + 7) % 7
                let offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                let length = CivilTime.length(ofMonth: month, year: year)
                return first + (offset >= length ? offset - 7 : offset)
            }
        }
    }

    /// Parses the rule; `nil` when it is none.
    init?(_ text: [UInt8]) {
        var scanner = Scanner(text: text)
        guard scanner.skipName(), let west = scanner.time() else { return nil }
        standard = -west
        if scanner.isAtEnd {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        let summerWest = scanner.peek == UInt8(ascii: ",") ? west - 3600 : scanner.time()
        guard let summerWest, let start = scanner.change(), let end = scanner.change(),
            scanner.isAtEnd
        else { return nil }
        summer = Summer(offset: -summerWest, start: start, end: end)
    }

    /// The rule's changes after a moment, up to the end of the year 9999.
    ///
    /// Without a moment the rule holds always; it is then written out from the year 1900.
    func transitions(after moment: Int?) -> [ZoneTable.Transition] {
        guard let summer else { return [] }
        let firstYear = moment.map { min(max(1900, 1970 + $0 / 31_556_952 - 1), 9999) }
        var transitions: [ZoneTable.Transition] = []
        for year in (firstYear ?? 1900)...9999 {
            let start = summer.start.localSecond(year: year) - standard
            let end = summer.end.localSecond(year: year) - summer.offset
            transitions.append(ZoneTable.Transition(second: start, offset: summer.offset))
            transitions.append(ZoneTable.Transition(second: end, offset: standard))
        }
        return
            transitions
            .filter { $0.second > moment ?? .min }
            .sorted { $0.second < $1.second }
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        var peek: UInt8? { position < text.count ? text[position] : nil }
        var isAtEnd: Bool { position == text.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard peek == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        /// Skips a zone's abbreviation: letters, or anything in angle brackets.
        mutating func skipName() -> Bool {
            let start = position
            if skip("<") {
                while let byte = peek, byte != UInt8(ascii: ">") { position += 1 }
                return skip(">")
            }
            while let byte = peek, (byte | 0x20) >= 0x61, (byte | 0x20) <= 0x7a { position += 1 }
            return position - start >= 3
        }

        mutating func number() -> Int? {
            var value: Int?
            while let byte = peek, byte >= 0x30, byte <= 0x39, (value ?? 0) < 100_000 {
                value = (value ?? 0) * 10 + Int(byte - 0x30)
                position += 1
            }
            return value
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let isNegative = peek == UInt8(ascii: "-")
            if isNegative || peek == UInt8(ascii: "+") { position += 1 }
            guard var seconds = number().map({ $0 * 3600 }) else { return nil }
            for unit in [60, 1] where skip(":") {
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        /// `,Mm.w.d[/time]`, `,Jn[/time]` or `,n[/time]`.
        mutating func change() -> Change? {
            guard skip(","), let day = changeDay() else { return nil }
            guard skip("/") else { return Change(day: day, time: 7200) }
            return time().map { Change(day: day, time: $0) }
        }

        private mutating func changeDay() -> Change.Day? {
            if skip("M") {
                guard let month = number(), (1...12).contains(month), skip("."),
                    let week = number(), (1...5).contains(week), skip("."),
                    let weekday = number(), (0...6).contains(weekday)
                else { return nil }
                return .weekday(month: month, week: week, weekday: weekday)
            }
            if skip("J") { return number().map { .withoutLeap($0) } }
            return number().map { .withLeap($0) }
        }
    }
}
