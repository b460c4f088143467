internal import Rows

/// A text of a definition read as a value of a column's type, to compare bounds.
enum TypedText {
    case integer(Int64)
    case decimal(DecimalText)
    case float(Double)
    case moment([Int])

    /// Reads `text` as `type`; `nil` when it is not of the type.
    init?(_ text: String, as type: ColumnType) {
        switch type {
        case .integer:
            guard let value = Int64(text) else { return nil }
            self = .integer(value)
        case .decimal(let precision, let scale):
            guard let value = DecimalText(text), value.fraction.count <= scale,
                value.whole.count <= precision - scale
            else { return nil }
            self = .decimal(value)
        case .float:
            guard let value = Double(text), value.isFinite else { return nil }
            self = .float(value)
        case .date(let format), .timestamp(let format, _):
            let date = WrittenDate(text, format: format) ?? WrittenDate(text, format: .isoDate)
            guard let date else { return nil }
            self = .moment(date.parts)
        case .text, .boolean, .uuid, .json: return nil
        }
    }

    /// Whether this value lies above `other`; never for values of different types.
    func isAbove(_ other: TypedText) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left > right
        case (.decimal(let left), .decimal(let right)): right < left
        case (.float(let left), .float(let right)): left > right
        case (.moment(let left), .moment(let right)): right.lexicographicallyPrecedes(left)
        default: false
        }
    }
}

/// A decimal number of any size, as its digits.
struct DecimalText: Comparable {
    let isNegative: Bool
    /// The digits before the point, without zeros in front.
    let whole: String
    /// The digits behind the point, without zeros at the end.
    let fraction: String

    /// Reads digits with at most one point and a sign.
    init?(_ text: String) {
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, parts.last?.isEmpty == false,
            parts.allSatisfy({ $0.unicodeScalars.allSatisfy { ("0"..."9").contains($0) } })
        else { return nil }
        whole = String(first.drop { $0 == "0" })
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        self.fraction = String(fraction)
        isNegative = text.hasPrefix("-") && !(whole.isEmpty && fraction.isEmpty)
    }

    static func < (left: DecimalText, right: DecimalText) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
    }

    /// Compares without the sign.
    private func isSmaller(than other: DecimalText) -> Bool {
        if whole.count != other.whole.count { return whole.count < other.whole.count }
        return whole == other.whole ? fraction < other.fraction : whole < other.whole
    }
}
