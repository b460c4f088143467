/// A sum of decimal numbers as JSON writes them, exact to 38 digits.
struct DecimalSum {
    private var coefficient: Int128 = 0
    private var scale = 0

    private static let digits = 38
    private static let limit: UInt128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

    /// Adds a number; `false`, and nothing is added, for what is none or has too many digits.
    mutating func add(_ text: String) -> Bool {
        guard let number = Self.read(text.utf8) else { return false }
        if number.coefficient == 0 { return true }
        guard number.places <= Self.digits,
            let value = Self.scaled(number.coefficient, by: max(0, -number.places))
        else { return false }
        return add(value, scale: max(0, number.places))
    }

    /// The digits of a number, and how many of them stand behind the point; below zero, how many zeros are not written.
    private static func read(_ text: String.UTF8View) -> (coefficient: Int128, places: Int)? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        var coefficient: Int128 = 0
        var places = 0
        guard takeDigits(from: &rest, into: &coefficient) != nil else { return nil }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard let count = takeDigits(from: &rest, into: &coefficient) else { return nil }
            places = count
        }
        if let letter = rest.first {
            // The letter, a sign and three digits: what is larger has too many digits as a number.
            guard letter | 0x20 == UInt8(ascii: "e"), rest.count <= 5,
                let exponent = Int(Substring(rest.dropFirst()))
            else { return nil }
            places -= exponent
        }
        return (isNegative ? -coefficient : coefficient, places)
    }

    /// How many digits there were; `nil` for none, or for more than fit.
    private static func takeDigits(
        from text: inout Substring.UTF8View,
        into value: inout Int128
    ) -> Int? {
        var count = 0
        while let byte = text.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            guard let shifted = scaled(value, by: 1) else { return nil }
            let (sum, hasOverflown) = shifted.addingReportingOverflow(Int128(byte & 0x0f))
            if hasOverflown { return nil }
            value = sum
            text.removeFirst()
            count += 1
        }
        return count > 0 ? count : nil
    }

    private mutating func add(_ value: Int128, scale other: Int) -> Bool {
        let wanted = max(scale, other)
        guard let first = Self.scaled(coefficient, by: wanted - scale),
            let second = Self.scaled(value, by: wanted - other)
        else { return false }
        let (sum, hasOverflown) = first.addingReportingOverflow(second)
        let isExact = !hasOverflown && max(sum.magnitude, second.magnitude) < Self.limit
        guard isExact else { return false }
        (coefficient, scale) = (sum, wanted)
        return true
    }

    private static func scaled(_ value: Int128, by places: Int) -> Int128? {
        var value = value
        for _ in 0..<places {
            let (product, hasOverflown) = value.multipliedReportingOverflow(by: 10)
            if hasOverflown { return nil }
            value = product
        }
        return value
    }

    /// The sum as JSON writes it.
    var text: String {
        let digits = String(coefficient.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        let sign = coefficient < 0 ? "-" : ""
        guard scale > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }
}
