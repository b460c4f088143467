/// The pattern of a date or time, in the letters of Unicode TR 35, taken apart.
public struct DatePattern: Sendable {
    /// The parts in the order in which they are written.
    public let parts: [Part]

    /// A run of letters, or one byte that stands for itself.
    public enum Part: Sendable, Hashable {
        case year
        case month(isPadded: Bool)
        case day(isPadded: Bool)
        case hour(isPadded: Bool)
        case minute
        case second
        /// Digits of the second's fraction.
        case fraction(digits: Int)
        /// `Z`, or `+hh:mm`; when short, `+hh` or `+hhmm`.
        case offset(isShort: Bool)
        case literal(UInt8)
    }

    /// Takes a pattern apart.
    ///
    /// - Throws: ``DateFormatProblem`` when it is none.
    public init(_ pattern: String) throws(DateFormatProblem) {
        var parts: [Part] = []
        var rest = Array(pattern.unicodeScalars)[...]
        while let scalar = rest.first {
            if scalar == "'" {
                rest = rest.dropFirst()
                parts += try Self.quoted(&rest)
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
        try check()
    }

    /// Reads `text`; `nil` when it is not written as the pattern says.
    public func read(_ text: ByteView) -> CivilTime? {
        var reader = CivilTimeReader(text: text)
        for part in parts {
            guard reader.read(part) else { return nil }
        }
        return reader.position == text.count ? reader.time : nil
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
                text: "`\(run)` is not known; use yyyy, MM, dd, HH, mm, ss, S to SSSSSS, XXX or X, "
                    + "and put other letters in 'quotes'"
            )
        }
    }

    /// A date needs year, month and day, and each smaller unit the one above it.
    private func check() throws(DateFormatProblem) {
        let names = parts.compactMap(\.unit)
        for unit in Set(names) where names.count(where: { $0 == unit }) > 1 {
            throw DateFormatProblem(text: "the \(unit) is there twice")
        }
        for unit in ["year", "month", "day"] where !names.contains(unit) {
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
        case .year: "year"
        case .month: "month"
        case .day: "day"
        case .hour: "hour"
        case .minute: "minute"
        case .second: "second"
        case .fraction: "fraction"
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
        case .month(let isPadded): return oneOrTwo(isPadded, into: \.month)
        case .day(let isPadded): return oneOrTwo(isPadded, into: \.day)
        case .hour(let isPadded): return oneOrTwo(isPadded, into: \.hour)
        case .minute: return digits(2, into: \.minute)
        case .second: return digits(2, into: \.second)
        case .fraction(let count):
            guard digits(count, into: \.microsecond) else { return false }
            for _ in count..<6 { time.microsecond *= 10 }
            return true
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
