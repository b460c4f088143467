/// A decimal number with twelve digits behind the point, added and compared exactly.
///
/// Charts add what they stack and what they sum up; binary fractions would make cents of nothing.
public struct Quantity: Sendable, Hashable, Comparable {
    /// Trillionths.
    let units: Int128

    /// Digits behind the point.
    static let decimals = 12
    /// The units of the number one.
    static let unitsOfOne: Int128 = 1_000_000_000_000
    /// Digits that a number may have before the point: as many as `Int` has.
    public static let mostWholeDigits = 19

    /// Nothing.
    public static let zero = Quantity(units: 0)

    init(units: Int128) {
        self.units = units
    }

    /// A whole number.
    public init(_ whole: Int) {
        units = Int128(whole) * Self.unitsOfOne
    }

    /// What a binary number says in its shortest decimal form; `nil` when it is infinite, no number or
    /// too large.
    public init?(_ number: Double) {
        self.init(number.description)
    }

    /// A written decimal number such as `-1234.50` or `1.5e-7`, rounded half up to twelve digits behind the
    /// point.
    ///
    /// - Returns: `nil` when it is no number or has more than ``mostWholeDigits`` digits before the point.
    public init?(_ text: String) {
        guard let written = WrittenNumber(text), let magnitude = written.units else { return nil }
        units = written.isNegative ? -magnitude : magnitude
    }

    /// The number written exactly, without zeros at its end: `-1234.5`.
    public var text: String {
        var text = fixed(decimals: Self.decimals)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// The number with so many digits behind the point, at most twelve, rounded half up: `-1234.50`.
    func fixed(decimals: Int) -> String {
        let divisor = Self.powerOfTen(Self.decimals - decimals)
        let rounded = (Int128(units.magnitude) + divisor / 2) / divisor
        let (whole, rest) = rounded.quotientAndRemainder(dividingBy: Self.powerOfTen(decimals))
        let sign = units < 0 && rounded != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let digits = String(rest)
        return "\(sign)\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
    }

    static func powerOfTen(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The order of numbers.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.units < right.units }

    /// The sum of numbers of which there are no more than a chart has places and series.
    package static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units + right.units)
    }

    /// The difference.
    package static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units - right.units)
    }

    /// The product, rounded to twelve digits behind the point; `nil` when it is too large.
    package static func * (left: Quantity, right: Quantity) -> Quantity? {
        scaled(left.units, by: right.units, over: unitsOfOne)
    }

    /// The quotient, rounded to twelve digits behind the point; `nil` when it is too large or there is none.
    package static func / (left: Quantity, right: Quantity) -> Quantity? {
        right == .zero ? nil : scaled(left.units, by: unitsOfOne, over: right.units)
    }

    /// The number without its sign.
    package var magnitude: Quantity { Quantity(units: Int128(units.magnitude)) }

    private static func scaled(
        _ units: Int128,
        by factor: Int128,
        over divisor: Int128
    ) -> Quantity? {
        let size = divisor.magnitude
        let product = units.magnitude.multipliedFullWidth(by: factor.magnitude)
        guard product.high < size else { return nil }
        let (quotient, rest) = size.dividingFullWidth(product)
        let largest = (unitsOfOne * powerOfTen(mostWholeDigits)).magnitude
        guard quotient < largest else { return nil }
        let number = Int128(quotient + (rest >= size - rest ? 1 : 0))
        let isNegative = [units, factor, divisor].count { $0 < 0 }.isMultiple(of: 2) == false
        return Quantity(units: isNegative ? -number : number)
    }
}

/// The digits of a written decimal number.
private struct WrittenNumber {
    var isNegative = false
    private var digits: [UInt8] = []
    /// How many of the digits stand before the point; it may lie outside of them.
    private var point = 0

    init?(_ text: String) {
        let parts = text.utf8.split(
            maxSplits: 1,
            omittingEmptySubsequences: false,
            whereSeparator: { $0 | 0x20 == UInt8(ascii: "e") }
        )
        guard readDigits(parts[0]) else { return nil }
        if parts.count == 2 {
            guard let exponent = Int(String(parts[1]) ?? ""), abs(exponent) < 10_000 else {
                return nil
            }
            point += exponent
        }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        point -= leading
    }

    private mutating func readDigits(_ text: Substring.UTF8View) -> Bool {
        var rest = text
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        let halves = rest.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard rest.count > halves.count - 1, halves.joined().allSatisfy({ $0 &- 0x30 <= 9 }) else {
            return false
        }
        digits = halves.joined().map { $0 &- 0x30 }
        point = halves[0].count
        return true
    }

    /// The number in ``Quantity``'s units, without its sign.
    var units: Int128? {
        guard !digits.isEmpty else { return 0 }
        guard point <= Quantity.mostWholeDigits else { return nil }
        let kept = point + Quantity.decimals
        guard kept >= 0 else { return 0 }
        let number = (0..<kept).reduce(Int128(0)) { $0 * 10 + Int128(digit($1)) }
        return digit(kept) >= 5 ? number + 1 : number
    }

    private func digit(_ place: Int) -> UInt8 { place < digits.count ? digits[place] : 0 }
}
