import Values

/// Rounds decimals that are written with more digits than their column keeps.
enum DecimalRounding {
    /// `text`, which is a decimal, with `scale` digits behind the point at most.
    static func rounded(_ text: ByteView, scale: Int, by rounding: Rounding) -> [UInt8] {
        var digits: [UInt8] = []
        var dropped: [UInt8] = []
        var isNegative = false
        var pointPlace: Int?
        for index in 0..<text.count {
            switch text[index] {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): break
            case UInt8(ascii: "."): pointPlace = digits.count
            case let digit:
                if let place = pointPlace, digits.count - place == scale {
                    dropped.append(digit &- 0x30)
                } else {
                    digits.append(digit &- 0x30)
                }
            }
        }
        let order = orderToHalf(dropped)
        let whole = pointPlace ?? digits.count
        let isUp =
            !dropped.isEmpty
            && rounding.isUp(afterDigit: Int(digits.last ?? 0), dropped: order)
        let carried = isUp && increment(&digits)
        return written(digits, whole: whole + (carried ? 1 : 0), isNegative: isNegative)
    }

    /// Compares what is dropped with the half: -1, 0 or 1.
    private static func orderToHalf(_ dropped: [UInt8]) -> Int {
        guard let first = dropped.first else { return -1 }
        if first != 5 { return first < 5 ? -1 : 1 }
        return dropped.dropFirst().contains { $0 != 0 } ? 1 : 0
    }

    /// Adds one to the last digit; `true` when a digit came before the others.
    private static func increment(_ digits: inout [UInt8]) -> Bool {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return false
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
        return true
    }

    private static func written(_ digits: [UInt8], whole: Int, isNegative: Bool) -> [UInt8] {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        if whole == 0 { text.append(UInt8(ascii: "0")) }
        for (index, digit) in digits.enumerated() {
            if index == whole { text.append(UInt8(ascii: ".")) }
            text.append(digit + 0x30)
        }
        return text
    }
}
