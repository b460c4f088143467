import Values

/// Checks that a text is one JSON value (RFC 8259) that Postgres's `jsonb` can hold.
///
/// `jsonb` refuses `\u0000`, half of a surrogate pair, and numbers beyond its `numeric`; nesting is
/// limited here, as it is there by its stack.
struct JSONText {
    private static let deepest = 500

    private let text: ByteView
    private var index = 0
    private var fault: ValueFault?

    /// What is wrong with `text`; `nil` when nothing is.
    static func fault(in text: ByteView) -> ValueFault? {
        var scanner = JSONText(text: text)
        scanner.skipBlanks()
        guard scanner.value(depth: 0) else { return scanner.fault ?? .json }
        scanner.skipBlanks()
        return scanner.index == text.count ? nil : .json
    }

    private init(text: ByteView) {
        self.text = text
    }

    private var next: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { index += 1 }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func fail(_ reason: ValueFault) -> Bool {
        fault = reason
        return false
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth <= Self.deepest else { return fail(.jsonDepth) }
        switch next {
        case UInt8(ascii: "{"): return members(depth: depth)
        case UInt8(ascii: "["): return elements(depth: depth)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for offset in 0..<word.utf8CodeUnitCount {
            let expected = unsafe word.utf8Start[offset]
            guard next == expected else { return false }
            index += 1
        }
        return true
    }

    private mutating func members(depth: Int) -> Bool {
        index += 1
        skipBlanks()
        if take("}") { return true }
        while true {
            skipBlanks()
            guard string() else { return false }
            skipBlanks()
            guard take(":") else { return false }
            skipBlanks()
            guard value(depth: depth + 1) else { return false }
            skipBlanks()
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func elements(depth: Int) -> Bool {
        index += 1
        skipBlanks()
        if take("]") { return true }
        while true {
            skipBlanks()
            guard value(depth: depth + 1) else { return false }
            skipBlanks()
            if take("]") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") {
                guard escape() else { return false }
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        index += 1
        guard byte == UInt8(ascii: "u") else {
            return "\"\\/bfnrt".utf8.contains(byte)
        }
        guard let unit = fourDigits() else { return false }
        switch unit {
        case 0, 0xdc00...0xdfff: return fail(.jsonEscape)
        case 0xd800...0xdbff:
            guard take("\\"), take("u"), let low = fourDigits(), (0xdc00...0xdfff).contains(low)
            else { return fail(.jsonEscape) }
            return true
        default: return true
        }
    }

    private mutating func fourDigits() -> Int? {
        guard index + 4 <= text.count else { return nil }
        var value = 0
        for _ in 0..<4 {
            guard let digit = UUIDText.hexDigit(text[index]) else { return nil }
            value = value * 16 + Int(digit)
            index += 1
        }
        return value
    }

    private mutating func number() -> Bool {
        let start = index
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { return false }
        }
        if take(".") {
            guard digits() > 0 else { return false }
        }
        let length = index - start
        var exponent = 0
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            guard digits(into: &exponent) > 0 else { return false }
        }
        return length + exponent <= 10_000 ? true : fail(.jsonNumber)
    }

    private mutating func digits() -> Int {
        var value = 0
        return digits(into: &value)
    }

    private mutating func digits(into value: inout Int) -> Int {
        let start = index
        while let byte = next, byte &- 0x30 <= 9 {
            value = min(value * 10 + Int(byte &- 0x30), 1_000_000)
            index += 1
        }
        return index - start
    }
}
