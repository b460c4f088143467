/// Reads decimals and writes them as Postgres's binary `numeric`: digits to the base 10,000.
///
/// The format is that of `numeric_send` in Postgres's `numeric.c`: the number of digits, the weight
/// of the first one (a power of 10,000), the sign, the display scale, then the digits.
public struct BinaryNumeric {
    private static let negative: UInt16 = 0x4000
    /// Bytes before the digits.
    private static let headerLength = 8

    private let text: ByteView
    /// The digits before the point, without leading zeros.
    private var whole: Range<Int>
    /// The digits behind the point, without trailing zeros.
    private var fraction: Range<Int>
    private var isNegative: Bool

    /// Appends `text` with its length, as a number of the given precision and scale.
    @inline(__always)
    public static func append(
        _ text: ByteView,
        precision: Int,
        scale: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        guard let number = BinaryNumeric(text) else { return .decimal }
        if number.whole.count > precision - scale { return .decimalDigits }
        if number.fraction.count > scale { return .decimalScale }
        number.write(scale: scale, to: &out)
        return nil
    }

    @inline(__always)
    private init?(_ text: ByteView) {
        self.text = text
        var index = 0
        isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
        var start = index
        while index < text.count && text[index] &- 0x30 <= 9 { index &+= 1 }
        let wholeEnd = index
        var digitCount = wholeEnd &- start
        while start < wholeEnd && text[start] == 0x30 { start &+= 1 }
        whole = start..<wholeEnd
        fraction = wholeEnd..<wholeEnd
        if index < text.count && text[index] == UInt8(ascii: ".") {
            index &+= 1
            let fractionStart = index
            while index < text.count && text[index] &- 0x30 <= 9 { index &+= 1 }
            digitCount &+= index &- fractionStart
            var end = index
            while end > fractionStart && text[end &- 1] == 0x30 { end &-= 1 }
            fraction = fractionStart..<end
        }
        guard digitCount > 0, index == text.count else { return nil }
    }

    @inline(__always)
    private func write(scale: Int, to out: inout ByteSink) {
        let start = out.count
        out.append(bigEndian: 0 as Int32)
        out.append(bigEndian: 0 as UInt64)
        let wholeGroups = (whole.count &+ 3) / 4
        var weight = wholeGroups &- 1
        var digits = 0
        var significant = 0
        for group in 0..<wholeGroups {
            let end = whole.upperBound &- (wholeGroups &- 1 &- group) &* 4
            let value = number(from: max(whole.lowerBound, end &- 4), to: end)
            out.append(bigEndian: value)
            digits &+= 1
            if value != 0 { significant = digits }
        }
        var place = fraction.lowerBound
        while place < fraction.upperBound {
            let value = fractionGroup(at: place)
            if value == 0 && digits == 0 {
                weight &-= 1
            } else {
                out.append(bigEndian: value)
                digits &+= 1
                if value != 0 { significant = digits }
            }
            place &+= 4
        }
        out.truncate(to: start &+ 4 &+ Self.headerLength &+ significant &* 2)
        let isZero = significant == 0
        let sign = isNegative && !isZero ? Self.negative : 0
        out.patch(bigEndian: Int32(Self.headerLength &+ significant &* 2), at: start)
        out.patch(bigEndian: Int16(significant), at: start &+ 4)
        out.patch(bigEndian: Int16(isZero ? 0 : weight), at: start &+ 6)
        out.patch(bigEndian: sign, at: start &+ 8)
        out.patch(bigEndian: Int16(scale), at: start &+ 10)
    }

    @inline(__always)
    private func number(from start: Int, to end: Int) -> UInt16 {
        var value: UInt16 = 0
        for index in start..<end { value = value &* 10 &+ UInt16(text[index] &- 0x30) }
        return value
    }

    /// Four digits of the fraction, zeros where it has ended.
    @inline(__always)
    private func fractionGroup(at place: Int) -> UInt16 {
        let end = min(place &+ 4, fraction.upperBound)
        var value = number(from: place, to: end)
        for _ in end..<(place &+ 4) { value = value &* 10 }
        return value
    }

    /// Whether one encoded number, without its length, is less than another.
    public static func isLess(_ left: ByteView, than right: ByteView) -> Bool {
        let (leftSign, rightSign) = (sign(left), sign(right))
        guard leftSign == rightSign else { return leftSign < rightSign }
        return leftSign < 0
            ? isSmaller(right, than: left) : leftSign > 0 && isSmaller(left, than: right)
    }

    private static func sign(_ number: ByteView) -> Int {
        if number[0] == 0 && number[1] == 0 { return 0 }
        return number[4] == 0x40 ? -1 : 1
    }

    /// Compares magnitudes; neither is zero.
    private static func isSmaller(_ left: ByteView, than right: ByteView) -> Bool {
        let leftWeight = Int16(bitPattern: UInt16(left[2]) << 8 | UInt16(left[3]))
        let rightWeight = Int16(bitPattern: UInt16(right[2]) << 8 | UInt16(right[3]))
        guard leftWeight == rightWeight else { return leftWeight < rightWeight }
        return left.part(headerLength, left.count)
            .precedes(right.part(headerLength, right.count))
    }
}
