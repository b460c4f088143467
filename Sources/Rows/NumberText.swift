import Values

/// Reads whole numbers and floating-point numbers from text.
enum NumberText {
    /// A whole number with an optional sign, digits only.
    @inline(__always)
    static func integer(_ text: ByteView, into value: inout Int64) -> ValueFault? {
        var index = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
        guard index < text.count else { return .integer }
        if text.count &- index > 18 {
            return longInteger(text, from: index, isNegative: isNegative, into: &value)
        }
        var magnitude: Int64 = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            if digit > 9 { return .integer }
            magnitude = magnitude &* 10 &+ Int64(digit)
            index &+= 1
        }
        value = isNegative ? 0 &- magnitude : magnitude
        return nil
    }

    /// Counts down from zero, because there is one more negative number than positive ones.
    @inline(never)
    private static func longInteger(
        _ text: ByteView,
        from start: Int,
        isNegative: Bool,
        into value: inout Int64
    ) -> ValueFault? {
        for index in start..<text.count where text[index] &- 0x30 > 9 { return .integer }
        var total: Int64 = 0
        for index in start..<text.count {
            let (product, isTooLong) = total.multipliedReportingOverflow(by: 10)
            let digit = Int64(text[index] &- 0x30)
            let (sum, isTooLarge) = product.subtractingReportingOverflow(digit)
            if isTooLong || isTooLarge { return .integerRange }
            total = sum
        }
        if !isNegative && total == .min { return .integerRange }
        value = isNegative ? total : -total
        return nil
    }

    /// A number with an optional sign, fraction and exponent; `inf` and `nan` are none.
    @inline(__always)
    static func float(_ text: ByteView, into value: inout Double) -> ValueFault? {
        var scanner = FloatScanner(text: text)
        guard scanner.scan() else { return .float }
        if let exact = scanner.exactValue {
            value = exact
            return nil
        }
        return slowFloat(text, isZero: scanner.hasOnlyZeros, into: &value)
    }

    /// Numbers of many digits or with large exponents: the standard library rounds correctly.
    @inline(never)
    private static func slowFloat(
        _ text: ByteView,
        isZero: Bool,
        into value: inout Double
    ) -> ValueFault? {
        guard let number = Double(text.text) else { return .float }
        if !number.isFinite || (number == 0 && !isZero) { return .floatRange }
        value = number
        return nil
    }
}

/// Takes a floating-point number apart.
private struct FloatScanner {
    let text: ByteView
    private var index = 0
    private var mantissa: UInt64 = 0
    private var digitCount = 0
    private var exponent = 0
    private var isNegative = false

    init(text: ByteView) {
        self.text = text
    }

    var hasOnlyZeros: Bool { digitCount == 0 }

    /// The value when one division or multiplication of exact doubles gives it (Clinger 1990).
    @inline(__always)
    var exactValue: Double? {
        guard digitCount <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 else {
            return nil
        }
        let magnitude = Double(mantissa)
        let power = Self.powersOfTen[abs(exponent)]
        let value = exponent < 0 ? magnitude / power : magnitude * power
        return isNegative ? -value : value
    }

    @inline(__always)
    mutating func scan() -> Bool {
        isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
        let wholeStart = index
        scanDigits()
        var count = index &- wholeStart
        if index < text.count && text[index] == UInt8(ascii: ".") {
            index &+= 1
            let fractionStart = index
            scanDigits()
            exponent = fractionStart &- index
            count &+= index &- fractionStart
        }
        guard count > 0 else { return false }
        return index == text.count || scanExponent()
    }

    @inline(__always)
    private mutating func scanDigits() {
        while index < text.count {
            let digit = text[index] &- 0x30
            if digit > 9 { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa != 0 { digitCount &+= 1 }
            index &+= 1
        }
    }

    private mutating func scanExponent() -> Bool {
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return false }
        index += 1
        var sign = 1
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
        {
            sign = text[index] == UInt8(ascii: "-") ? -1 : 1
            index += 1
        }
        guard index < text.count else { return false }
        var value = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            if digit > 9 { return false }
            value = min(value * 10 + Int(digit), 100_000)
            index += 1
        }
        exponent += sign * value
        return true
    }

    private static let powersOfTen: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
