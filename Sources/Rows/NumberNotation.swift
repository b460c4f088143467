import Values

/// Numbers in a declared notation, as `1.234,56`.
struct NumberNotation {
    private let point: UInt8
    private let thousands: [UInt8]
    /// Whether an exponent is worked out; a float's is left as it is.
    private let hasExponents: Bool
    private let isFloat: Bool
    private let hasTrailingMinus: Bool

    /// An exponent beyond this makes no number that any column can hold.
    private static let largestExponent = 1_000

    init(_ rules: ReadingRules, isFloat: Bool) {
        point = rules.point
        thousands = rules.thousands.map { Array(String($0).utf8) } ?? []
        hasExponents = rules.hasExponents
        hasTrailingMinus = rules.hasTrailingMinus
        self.isFloat = isFloat
    }

    /// The digits of a number as programs write it, its exponent worked out and without zeros at its end; `nil` when it is
    /// none, or larger than any column holds.
    static func digits(ofNumber text: ByteView) -> [UInt8]? {
        var rules = ReadingRules()
        rules.hasExponents = true
        return NumberNotation(rules, isFloat: false).plain(text).flatMap { moved($0, by: 0) }
    }

    /// `text` with digits and a point only; `nil` when it is not written in the notation.
    ///
    /// Groups must be of three digits, the first of one to three and without a zero in front: who
    /// writes `0.125` means a fraction. Behind the point there are no groups. Where exponents are
    /// declared, the point is moved by them; a minus stands before the digits or, where that is declared,
    /// behind all else.
    func plain(_ text: ByteView) -> [UInt8]? {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var (index, end) = (0, text.count)
        let sign = text.isEmpty ? 0 : text[0]
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            plain.append(sign)
            index = 1
        } else if hasTrailingMinus, end > 1, text[end - 1] == UInt8(ascii: "-") {
            plain.append(UInt8(ascii: "-"))
            end -= 1
        }
        let text = text.part(0, end)
        guard appendWhole(text, from: &index, to: &plain) else { return nil }
        if index < text.count && text[index] == point {
            plain.append(UInt8(ascii: "."))
            index += 1
            while index < text.count, let digit = Self.digit(text[index]) {
                plain.append(digit)
                index += 1
            }
        }
        guard index < text.count else { return plain }
        guard text[index] | 0x20 == UInt8(ascii: "e"), isFloat || hasExponents else { return nil }
        guard let exponent = Self.exponent(text.part(index + 1, text.count)) else { return nil }
        return isFloat
            ? plain + [UInt8(ascii: "e")] + Array(String(exponent).utf8)
            : Self.moved(plain, by: exponent)
    }

    private func appendWhole(
        _ text: ByteView,
        from index: inout Int,
        to plain: inout [UInt8]
    ) -> Bool {
        var group = 0
        var hasGroups = false
        while index < text.count {
            if let digit = Self.digit(text[index]) {
                plain.append(digit)
                group += 1
                index += 1
            } else if isThousands(text, at: index) {
                let isFirst = !hasGroups
                guard isFirst ? (1...3).contains(group) : group == 3 else { return false }
                guard !isFirst || plain.suffix(group).first != UInt8(ascii: "0") else {
                    return false
                }
                hasGroups = true
                group = 0
                index += thousands.count
            } else {
                break
            }
        }
        return !hasGroups || group == 3
    }

    private func isThousands(_ text: ByteView, at index: Int) -> Bool {
        guard !thousands.isEmpty, index + thousands.count <= text.count else { return false }
        for (offset, byte) in thousands.enumerated() where text[index + offset] != byte {
            return false
        }
        return true
    }

    /// A number with an optional sign; one that is too large is as large as is told apart.
    private static func exponent(_ text: ByteView) -> Int? {
        var index = 0
        var isNegative = false
        if !text.isEmpty, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            index = 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            guard let digit = digit(text[index]) else { return nil }
            value = min(value * 10 + Int(digit - 0x30), 100_000)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// A plain number with its point moved to the right, or to the left by a negative exponent.
    private static func moved(_ plain: [UInt8], by exponent: Int) -> [UInt8]? {
        guard abs(exponent) <= largestExponent else { return nil }
        let hasSign = plain.first.map { digit($0) == nil && $0 != UInt8(ascii: ".") } ?? false
        let sign = hasSign ? Array(plain.prefix(1)) : []
        let number = plain.dropFirst(sign.count)
        let whole = number.prefix { $0 != UInt8(ascii: ".") }
        var digits = Array(whole + number.dropFirst(whole.count + 1))
        guard !digits.isEmpty else { return nil }
        var place = whole.count + exponent
        let zero = UInt8(ascii: "0")
        if place <= 0 {
            digits = [UInt8](repeating: zero, count: 1 - place) + digits
            place = 1
        } else if place > digits.count {
            digits += [UInt8](repeating: zero, count: place - digits.count)
        }
        var fraction = digits[place...]
        while fraction.last == zero { fraction.removeLast() }
        let point = fraction.isEmpty ? [] : [UInt8(ascii: ".")]
        return sign + digits[..<place] + point + fraction
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        byte &- 0x30 <= 9 ? byte : nil
    }
}
