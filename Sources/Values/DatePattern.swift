/// The pattern of a date or time, in the letters of Unicode TR 35, taken apart.
public struct DatePattern: Sendable {
    /// The parts in the order in which they are written.
    public let parts: [Part]
    /// Whether a text has a day, and not only the month.
    public let hasDay: Bool

    /// A run of letters, or one byte that stands for itself.
    public enum Part: Sendable, Hashable {
        case year
        /// The last two digits of a year in the hundred years from `first`.
        case shortYear(first: Int)
        case month(isPadded: Bool)
        /// The first three letters of its English name, in any case.
        case monthName
        case day(isPadded: Bool)
        case hour(isPadded: Bool)
        case minute
        case second
        /// Digits of the second's fraction.
        case fraction(digits: Int)
        /// A mark and at least one digit of the second's fraction, or nothing.
        case optionalFraction(mark: UInt8, digits: Int)
        /// A number of seconds since 1970-01-01 00:00 UTC, or of thousandths of them.
        case epoch(isMilliseconds: Bool)
        /// `Z`, or `+hh:mm`; when short, `+hh` or `+hhmm`.
        case offset(isShort: Bool)
        case literal(UInt8)
    }

    /// Takes a pattern apart.
    ///
    /// - Throws: ``DateFormatProblem`` when it is none.
    public init(_ pattern: String) throws(DateFormatProblem) {
        if let epoch = Self.epochs[pattern] {
            parts = [epoch]
            hasDay = true
            return
        }
        var parts: [Part] = []
        var rest = Array(pattern.unicodeScalars)[...]
        while let scalar = rest.first {
            if scalar == "'" {
                rest = rest.dropFirst()
                parts += try Self.quoted(&rest)
            } else if let fraction = Self.optionalFraction(rest) {
                rest = rest.dropFirst(fraction.length)
                parts.append(fraction.part)
            } else if let year = Self.shortYear(rest) {
                rest = rest.dropFirst(year.length)
                parts.append(year.part)
            } else if scalar.properties.isAlphabetic {
                let run = rest.prefix { $0 == scalar }
                rest = rest.dropFirst(run.count)
                parts.append(try Self.part(String(String.UnicodeScalarView(run))))
            } else {
                parts += String(scalar).utf8.map(Part.literal)
                rest = rest.dropFirst()
            }
        }
        self.parts = parts
        hasDay = parts.contains { $0.unit == "day" }
        try check()
    }

    /// Reads `text`; `nil` when it is not written as the pattern says.
    public func read(_ text: ByteView) -> CivilTime? {
        var reader = CivilTimeReader(text: text)
        for part in parts {
            guard reader.read(part) else { return nil }
        }
        guard reader.position == text.count else { return nil }
        // A month alone is its first day.
        if !hasDay { reader.time.day = 1 }
        return reader.time
    }

    /// The patterns that are no dates but numbers.
    private static let epochs: [String: Part] = [
        "epoch_s": .epoch(isMilliseconds: false), "epoch_ms": .epoch(isMilliseconds: true),
    ]

    /// `[.SSS]`, which a text may have or not.
    private static func optionalFraction(
        _ rest: ArraySlice<Unicode.Scalar>
    ) -> (part: Part, length: Int)? {
        guard rest.first == "[", let mark = rest.dropFirst().first, mark == "." || mark == ","
        else {
            return nil
        }
        let digits = rest.dropFirst(2).prefix { $0 == "S" }.count
        guard (1...6).contains(digits), rest.dropFirst(2 + digits).first == "]" else { return nil }
        let part = Part.optionalFraction(mark: UInt8(ascii: mark), digits: digits)
        return (part, digits + 3)
    }

    /// `yy{1950}`: two digits that stand for 1950 to 2049.
    private static func shortYear(
        _ rest: ArraySlice<Unicode.Scalar>
    ) -> (part: Part, length: Int)? {
        let text = String(String.UnicodeScalarView(rest.prefix(8)))
        guard
            let match = text.wholeMatch(of: #/yy\{([0-9]{4})\}/#.matchingSemantics(.unicodeScalar)),
            let first = Int(match.1),
            (1...9900).contains(first)
        else { return nil }
        return (.shortYear(first: first), 8)
    }

    private static func quoted(
        _ rest: inout ArraySlice<Unicode.Scalar>
    ) throws(DateFormatProblem) -> [Part] {
        // Two quotes are one, outside of quotes and within.
        guard rest.first != "'" else {
            rest.removeFirst()
            return [.literal(UInt8(ascii: "'"))]
        }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "'" {
                guard rest.first == "'" else { return String(text).utf8.map(Part.literal) }
                rest.removeFirst()
            }
            text.append(scalar)
        }
        throw DateFormatProblem(text: "a quote is opened and never closed")
    }

    private static func part(_ run: String) throws(DateFormatProblem) -> Part {
        switch run {
        case "yyyy": return .year
        case "MMM": return .monthName
        case "yy":
            throw DateFormatProblem(
                text:
                    "`yy` does not tell the century; `yy{1950}` is a year of the hundred from 1950"
            )
        case "MM", "M": return .month(isPadded: run.count == 2)
        case "dd", "d": return .day(isPadded: run.count == 2)
        case "HH", "H": return .hour(isPadded: run.count == 2)
        case "mm": return .minute
        case "ss": return .second
        case "XXX", "X": return .offset(isShort: run.count == 1)
        default:
            if run.allSatisfy({ $0 == "S" }), run.count <= 6 {
                return .fraction(digits: run.count)
            }
            throw DateFormatProblem(
                text:
                    "`\(run)` is not known; use yyyy, MM, MMM, dd, HH, mm, ss, S to SSSSSS, XXX or X, "
                    + "and put other letters in 'quotes'"
            )
        }
    }

    /// A date needs year and month, a time a day, and each smaller unit the one above it.
    private func check() throws(DateFormatProblem) {
        let names = parts.compactMap(\.unit)
        for unit in Set(names) where names.count(where: { $0 == unit }) > 1 {
            throw DateFormatProblem(text: "the \(unit) is there twice")
        }
        let needed = ["year", "month"] + (names.contains("hour") ? ["day"] : [])
        for unit in needed where !names.contains(unit) {
            throw DateFormatProblem(text: "the \(unit) is missing")
        }
        let clock = ["hour", "minute", "second", "fraction"]
        for (larger, smaller) in zip(clock, clock.dropFirst())
        where names.contains(smaller) && !names.contains(larger) {
            throw DateFormatProblem(text: "there is a \(smaller) without the \(larger)")
        }
    }
}

/// What is wrong with a date format.
public struct DateFormatProblem: Error {
    /// The problem, without the pattern.
    public let text: String
}

extension DatePattern.Part {
    /// The unit of time, for messages; `nil` for a literal.
    public var unit: String? {
        switch self {
        case .year, .shortYear: "year"
        case .month, .monthName: "month"
        case .day: "day"
        case .hour: "hour"
        case .minute: "minute"
        case .second: "second"
        case .fraction, .optionalFraction: "fraction"
        case .epoch: "epoch"
        case .offset: "offset"
        case .literal: nil
        }
    }
}

/// Reads a text part by part.
private struct CivilTimeReader {
    let text: ByteView
    var position = 0
    var time = CivilTime()

    init(text: ByteView) {
        self.text = text
    }

    mutating func read(_ part: DatePattern.Part) -> Bool {
        switch part {
        case .year: return digits(4, into: \.year)
        case .shortYear(let first): return shortYear(first)
        case .month(let isPadded): return oneOrTwo(isPadded, into: \.month)
        case .monthName: return monthName()
        case .day(let isPadded): return oneOrTwo(isPadded, into: \.day)
        case .hour(let isPadded): return oneOrTwo(isPadded, into: \.hour)
        case .minute: return digits(2, into: \.minute)
        case .second: return digits(2, into: \.second)
        case .fraction(let count):
            guard digits(count, into: \.microsecond) else { return false }
            for _ in count..<6 { time.microsecond *= 10 }
            return true
        case .optionalFraction(let mark, let most): return optionalFraction(mark, most)
        case .epoch(let isMilliseconds): return epoch(isMilliseconds)
        case .offset(let isShort): return offset(isShort)
        case .literal(let byte):
            position += 1
            return position <= text.count && text[position - 1] == byte
        }
    }

    private var nextDigit: Int? {
        guard position < text.count else { return nil }
        let value = text[position] &- 0x30
        return value <= 9 ? Int(value) : nil
    }

    private mutating func digits(_ count: Int, into unit: WritableKeyPath<CivilTime, Int>) -> Bool {
        var value = 0
        for _ in 0..<count {
            guard let digit = nextDigit else { return false }
            value = value * 10 + digit
            position += 1
        }
        time[keyPath: unit] = value
        return true
    }

    private mutating func shortYear(_ first: Int) -> Bool {
        guard digits(2, into: \.year) else { return false }
        let century = first - first % 100
        time.year += century + (time.year < first % 100 ? 100 : 0)
        return true
    }

    /// The three letters of each month, as ``packed(_:_:_:)`` has them.
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    .map { name in
        let letters = Array(name.utf8)
        return packed(letters[0], letters[1], letters[2])
    }

    /// Three letters in lower case as one number.
    private static func packed(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        (UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)) | 0x202020
    }

    private mutating func monthName() -> Bool {
        guard position + 3 <= text.count else { return false }
        let name = Self.packed(text[position], text[position + 1], text[position + 2])
        guard let month = Self.months.firstIndex(of: name) else { return false }
        position += 3
        time.month = month + 1
        return true
    }

    private mutating func optionalFraction(_ mark: UInt8, _ most: Int) -> Bool {
        guard position < text.count, text[position] == mark else { return true }
        position += 1
        var count = 0
        while position + count < text.count, count < most, text[position + count] &- 0x30 <= 9 {
            count += 1
        }
        return count > 0 && read(.fraction(digits: count))
    }

    private mutating func epoch(_ isMilliseconds: Bool) -> Bool {
        let isNegative = position < text.count && text[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var number = 0
        let start = position
        // Fifteen digits of milliseconds reach beyond the year 9999.
        while let digit = nextDigit, position - start < 15 {
            number = number * 10 + digit
            position += 1
        }
        guard position > start else { return false }
        let milliseconds = (isNegative ? -1 : 1) * (isMilliseconds ? number : number * 1_000)
        time = CivilTime(millisecondsSince1970: milliseconds)
        return time.hasDay
    }

    private mutating func oneOrTwo(
        _ isPadded: Bool,
        into unit: WritableKeyPath<CivilTime, Int>
    ) -> Bool {
        if isPadded { return digits(2, into: unit) }
        guard let first = nextDigit else { return false }
        position += 1
        time[keyPath: unit] = first
        if let second = nextDigit {
            position += 1
            time[keyPath: unit] = first * 10 + second
        }
        return true
    }

    private mutating func offset(_ isShort: Bool) -> Bool {
        guard position < text.count else { return false }
        let sign = text[position]
        position += 1
        if sign == UInt8(ascii: "Z") {
            time.offset = 0
            return true
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        var clock = CivilTimeReader(text: text)
        clock.position = position
        guard clock.digits(2, into: \.hour), clock.offsetMinutes(isShort),
            clock.time.hour <= 18, clock.time.minute <= 59
        else { return false }
        position = clock.position
        let seconds = clock.time.hour * 3600 + clock.time.minute * 60
        time.offset = sign == UInt8(ascii: "-") ? -seconds : seconds
        return true
    }

    private mutating func offsetMinutes(_ isShort: Bool) -> Bool {
        if isShort { return nextDigit == nil || digits(2, into: \.minute) }
        return read(.literal(UInt8(ascii: ":"))) && digits(2, into: \.minute)
    }
}
