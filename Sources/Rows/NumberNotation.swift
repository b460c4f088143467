/// Numbers in a declared notation, as `1.234,56`.
struct NumberNotation {
    private let point: UInt8
    private let thousands: UInt8?

    init(_ rules: ReadingRules) {
        point = rules.point
        thousands = rules.thousands
    }

    /// `text` with digits and a point only; `nil` when it is not written in the notation.
    ///
    /// Groups must be of three digits, the first of one to three and without a zero in front: who
    /// writes `0.125` means a fraction. Behind the point there are no groups. An exponent is left as it
    /// is.
    func plain(_ text: ByteView) -> [UInt8]? {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var index = 0
        if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            plain.append(sign)
            index = 1
        }
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
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
        while index < text.count {
            guard text[index] != point, text[index] != thousands else { return nil }
            plain.append(text[index])
            index += 1
        }
        return plain
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
            } else if let thousands, text[index] == thousands {
                let isFirst = !hasGroups
                guard isFirst ? (1...3).contains(group) : group == 3 else { return false }
                guard !isFirst || plain.suffix(group).first != UInt8(ascii: "0") else {
                    return false
                }
                hasGroups = true
                group = 0
            } else {
                break
            }
            index += 1
        }
        return !hasGroups || group == 3
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        byte &- 0x30 <= 9 ? byte : nil
    }
}

extension ByteView {
    fileprivate var first: UInt8? { isEmpty ? nil : self[0] }
}
