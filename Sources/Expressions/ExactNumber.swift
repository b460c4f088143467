import Values

/// A decimal number while it is computed with: a coefficient of at most 38 digits, and how many of
/// them stand behind the point.
struct ExactNumber: BitwiseCopyable {
    var coefficient: Int128
    /// 0 to 38.
    var scale: Int

    /// How many digits behind the point a quotient has, the last of them rounded.
    static let quotientScale = 12
    private static let maximumScale = 38

    init(_ coefficient: Int128, scale: Int = 0) {
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Reads Postgres's binary `numeric`, without its length.
    init(numeric bytes: ByteView) throws(ExpressionFault) {
        let count = Int(bytes.number(at: 0, as: Int16.self))
        let weight = Int(bytes.number(at: 2, as: Int16.self))
        var value: Int128 = 0
        for index in 0..<count {
            let digit = Int128(bytes.number(at: 8 &+ index &* 2, as: Int16.self))
            value = try Self.sum(try Self.product(value, 10_000), digit)
        }
        let behind = (count &- 1 &- weight) &* 4
        if behind < 0 { value = try Self.product(value, try Self.power(0 &- behind)) }
        coefficient = bytes[4] == 0x40 ? -value : value
        scale = max(0, behind)
        if scale > Self.maximumScale { throw .range }
    }

    // MARK: Arithmetic

    static func + (
        left: ExactNumber,
        right: ExactNumber
    ) throws(ExpressionFault) -> ExactNumber {
        let scale = max(left.scale, right.scale)
        let (first, second) = (try left.scaled(to: scale), try right.scaled(to: scale))
        return ExactNumber(try sum(first, second), scale: scale)
    }

    static prefix func - (number: ExactNumber) -> ExactNumber {
        // A coefficient of 38 digits is never the one number that has no negative.
        ExactNumber(0 &- number.coefficient, scale: number.scale)
    }

    static func * (
        left: ExactNumber,
        right: ExactNumber
    ) throws(ExpressionFault) -> ExactNumber {
        let scale = left.scale + right.scale
        guard scale <= maximumScale else {
            return try left.rounded(to: maximumScale / 2)
                * (try right.rounded(to: maximumScale / 2))
        }
        return ExactNumber(try product(left.coefficient, right.coefficient), scale: scale)
    }

    static func / (
        left: ExactNumber,
        right: ExactNumber
    ) throws(ExpressionFault) -> ExactNumber {
        guard right.coefficient != 0 else { throw .division }
        if left.coefficient == 0 { return left }
        let shift = quotientScale + right.scale - left.scale
        let dividend =
            shift > 0 ? try product(left.coefficient, try power(shift)) : left.coefficient
        let divisor =
            shift < 0 ? try product(right.coefficient, try power(-shift)) : right.coefficient
        return ExactNumber(roundedQuotient(dividend, divisor), scale: quotientScale)
    }

    /// The same number with `wanted` digits behind the point at most.
    func rounded(
        to wanted: Int,
        by rounding: Rounding = .halfUp
    ) throws(ExpressionFault) -> ExactNumber {
        guard scale > wanted else { return self }
        let divisor = try Self.power(scale - wanted)
        if rounding == .refuse && coefficient % divisor != 0 { throw .digits }
        return ExactNumber(
            Self.roundedQuotient(coefficient, divisor, by: rounding),
            scale: wanted
        )
    }

    /// Negative, zero or positive, as the left one is less, equal or greater.
    static func order(_ left: ExactNumber, _ right: ExactNumber) -> Int {
        if left.scale == right.scale { return sign(left.coefficient, right.coefficient) }
        if left.scale > right.scale { return 0 - order(right, left) }
        // What cannot be written with the other's scale is larger than anything that can.
        guard let raised = try? left.scaled(to: right.scale) else {
            return left.coefficient < 0 ? -1 : 1
        }
        return sign(raised, right.coefficient)
    }

    var double: Double {
        var value = Double(coefficient)
        var rest = scale
        while rest > 0 {
            let step = min(rest, 22)
            value /= Self.powersOfTen[step]
            rest -= step
        }
        return value
    }

    // MARK: Text

    /// Appends the number as text: a sign, digits, a point and digits.
    func append(to out: inout ByteSink) {
        if coefficient < 0 { out.append(UInt8(ascii: "-")) }
        let start = out.count
        var rest = coefficient.magnitude
        var count = 0
        while rest > 0 || count <= scale {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            out.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit))
            rest = quotient
            count += 1
            if count == scale { out.append(UInt8(ascii: ".")) }
        }
        out.reverse(from: start)
    }

    // MARK: Whole numbers

    private func scaled(to wanted: Int) throws(ExpressionFault) -> Int128 {
        wanted == scale
            ? coefficient : try Self.product(coefficient, try Self.power(wanted - scale))
    }

    private static func sign(_ left: Int128, _ right: Int128) -> Int {
        left < right ? -1 : left > right ? 1 : 0
    }

    private static func roundedQuotient(
        _ dividend: Int128,
        _ divisor: Int128,
        by rounding: Rounding = .halfUp
    ) -> Int128 {
        let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
        let other = divisor.magnitude - rest.magnitude
        let order = rest.magnitude == other ? 0 : rest.magnitude < other ? -1 : 1
        let last = Int(quotient.magnitude % 10)
        guard rounding.isUp(afterDigit: last, dropped: order) else { return quotient }
        return (dividend < 0) == (divisor < 0) ? quotient + 1 : quotient - 1
    }

    /// The largest number of 38 digits.
    private static let limit: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999

    private static func sum(_ left: Int128, _ right: Int128) throws(ExpressionFault) -> Int128 {
        let (sum, overflows) = left.addingReportingOverflow(right)
        if overflows || sum > limit || sum < -limit { throw .range }
        return sum
    }

    private static func product(_ left: Int128, _ right: Int128) throws(ExpressionFault) -> Int128 {
        let (product, overflows) = left.multipliedReportingOverflow(by: right)
        if overflows || product > limit || product < -limit { throw .range }
        return product
    }

    private static func power(_ exponent: Int) throws(ExpressionFault) -> Int128 {
        guard exponent <= maximumScale else { throw .range }
        return wholePowers[exponent]
    }

    private static let wholePowers: [Int128] = (0...maximumScale)
        .map { exponent in
            (0..<exponent).reduce(1) { power, _ in power * 10 }
        }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}

/// Why an expression has no value for a row.
package enum ExpressionFault: UInt8, Error, BitwiseCopyable {
    /// A number was divided by zero.
    case division
    /// A result is too large for its type.
    case range
    /// A result has more digits behind the point than its column, which refuses to round.
    case digits
    /// A text is longer than a value may be.
    case size
}
