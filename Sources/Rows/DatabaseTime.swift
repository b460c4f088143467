import Values

/// Reads days and times as Postgres writes them with `DateStyle` ISO: `2024-03-04`,
/// `2024-03-04 10:00:00.25`, `2024-03-04 10:00:00.25+05:30`.
///
/// A fraction has no trailing zeros, and an offset no more than it needs, down to seconds.
enum DatabaseTime {
    /// - Returns: `nil` for what is written otherwise, and for what no column holds: years of more than
    ///   four digits, years before Christ, `infinity`.
    @inline(__always)
    static func read(_ text: ByteView) -> CivilTime? {
        guard text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") else {
            return nil
        }
        var time = CivilTime()
        let century = text.pair(at: 0)
        let yearOfCentury = text.pair(at: 2)
        time.month = text.pair(at: 5)
        time.day = text.pair(at: 8)
        guard max(max(century, yearOfCentury), max(time.month, time.day)) <= 99 else { return nil }
        time.year = century &* 100 &+ yearOfCentury
        return text.count == 10 ? time : readClock(text, &time)
    }

    @inline(__always)
    private static func readClock(_ text: ByteView, _ time: inout CivilTime) -> CivilTime? {
        guard text.count >= 19, text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":")
        else { return nil }
        time.hour = text.pair(at: 11)
        time.minute = text.pair(at: 14)
        time.second = text.pair(at: 17)
        guard max(time.hour, max(time.minute, time.second)) <= 99 else { return nil }
        var place = 19
        if place < text.count, text[place] == UInt8(ascii: ".") {
            guard readFraction(text, &place, &time) else { return nil }
        }
        return place == text.count || readOffset(text, place, &time) ? time : nil
    }

    private static func readFraction(
        _ text: ByteView,
        _ place: inout Int,
        _ time: inout CivilTime
    ) -> Bool {
        place += 1
        var unit = 100_000
        while place < text.count, text[place] &- 0x30 <= 9, unit > 0 {
            time.microsecond += Int(text[place] &- 0x30) * unit
            unit /= 10
            place += 1
        }
        return unit < 100_000
    }

    private static func readOffset(_ text: ByteView, _ start: Int, _ time: inout CivilTime) -> Bool
    {
        guard text[start] == UInt8(ascii: "+") || text[start] == UInt8(ascii: "-") else {
            return false
        }
        var seconds = 0
        var unit = 3600
        var place = start + 1
        while unit > 0, place + 2 <= text.count {
            let value = text.pair(at: place)
            guard value <= 59 else { return false }
            seconds += value * unit
            unit /= 60
            place += 2
            guard place < text.count else { break }
            guard text[place] == UInt8(ascii: ":") else { return false }
            place += 1
        }
        guard place == text.count, place > start + 1, text[place - 1] != UInt8(ascii: ":") else {
            return false
        }
        time.offset = text[start] == UInt8(ascii: "-") ? -seconds : seconds
        return true
    }
}
