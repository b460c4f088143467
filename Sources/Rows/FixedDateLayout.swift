import Values

/// Where each unit lies in a text whose pattern has a fixed width: dates read without a loop.
struct FixedDateLayout: BitwiseCopyable {
    private var length = 0
    private var year = 0
    private var month = 0
    private var day = 0
    private var hour = -1
    private var minute = -1
    private var second = -1
    private var fraction = -1
    private var fractionDigits = 0
    private var literalCount = 0
    /// The places of the literals and the literals themselves, a byte each.
    private var literalPlaces: UInt64 = 0
    private var literals: UInt64 = 0

    /// A layout for `pattern`, unless its width varies or it has more than eight literals.
    init?(_ pattern: DatePattern) {
        guard pattern.hasDay else { return nil }
        for part in pattern.parts {
            guard add(part) else { return nil }
        }
    }

    private mutating func add(_ part: DatePattern.Part) -> Bool {
        let place = length
        switch part {
        case .year: (year, length) = (place, place + 4)
        case .month(isPadded: true): (month, length) = (place, place + 2)
        case .day(isPadded: true): (day, length) = (place, place + 2)
        case .hour(isPadded: true): (hour, length) = (place, place + 2)
        case .minute: (minute, length) = (place, place + 2)
        case .second: (second, length) = (place, place + 2)
        case .fraction(let digits):
            (fraction, fractionDigits, length) = (place, digits, place + digits)
        case .literal(let byte):
            guard literalCount < 8, place < 256 else { return false }
            literalPlaces |= UInt64(place) << (8 * UInt64(literalCount))
            literals |= UInt64(byte) << (8 * UInt64(literalCount))
            literalCount += 1
            length += 1
        case .month, .day, .hour, .offset, .shortYear, .monthName, .optionalFraction, .epoch:
            return false
        }
        return true
    }

    /// Reads `text`; `nil` when it is not written as the pattern says.
    @inline(__always)
    func read(_ text: ByteView) -> CivilTime? {
        guard text.count == length, hasLiterals(text) else { return nil }
        var time = CivilTime()
        let century = text.pair(at: year)
        let yearOfCentury = text.pair(at: year &+ 2)
        time.month = text.pair(at: month)
        time.day = text.pair(at: day)
        var worst = max(max(century, yearOfCentury), max(time.month, time.day))
        time.year = century &* 100 &+ yearOfCentury
        if hour >= 0 {
            time.hour = text.pair(at: hour)
            worst = max(worst, time.hour)
        }
        if minute >= 0 {
            time.minute = text.pair(at: minute)
            worst = max(worst, time.minute)
        }
        if second >= 0 {
            time.second = text.pair(at: second)
            worst = max(worst, time.second)
        }
        if fraction >= 0 {
            guard let value = readFraction(text) else { return nil }
            time.microsecond = value
        }
        return worst <= 99 ? time : nil
    }

    @inline(__always)
    private func hasLiterals(_ text: ByteView) -> Bool {
        var places = literalPlaces
        var bytes = literals
        for _ in 0..<literalCount {
            if text[Int(places & 0xff)] != UInt8(truncatingIfNeeded: bytes) { return false }
            places &>>= 8
            bytes &>>= 8
        }
        return true
    }

    private func readFraction(_ text: ByteView) -> Int? {
        var value = 0
        for index in 0..<6 {
            let digit = index < fractionDigits ? Int(text[fraction + index] &- 0x30) : 0
            guard digit <= 9 else { return nil }
            value = value * 10 + digit
        }
        return value
    }
}

extension ByteView {
    /// Two digits as a number; more than 99 when they are none.
    @inline(__always)
    func pair(at place: Int) -> Int {
        let tens = Int(self[place] &- 0x30)
        let ones = Int(self[place &+ 1] &- 0x30)
        return tens > 9 || ones > 9 ? 1000 : tens &* 10 &+ ones
    }
}
