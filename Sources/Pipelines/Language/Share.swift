/// A part of a whole, written `1%` or `0.01`.
struct Share {
    /// 0 to 1.
    let value: Double

    /// Reads `text`; `nil` when it is neither form or lies outside 0 to 1.
    init?(_ text: String) {
        let isPercent = text.hasSuffix("%")
        let number = isPercent ? text.dropLast() : text[...]
        let letters = Set(number.utf8).subtracting("0123456789.".utf8)
        guard letters.isEmpty, let parsed = Double(number) else { return nil }
        value = isPercent ? parsed / 100 : parsed
        guard (0...1).contains(value) else { return nil }
    }
}
