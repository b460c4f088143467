internal import Rows

/// A date or time that a definition writes in a column's format, read to compare bounds.
struct WrittenDate {
    /// Year, month, day, hour, minute, second and fraction.
    let parts: [Int]

    /// The letters of a format in the order in which they make a moment, and their numbers.
    private static let letters: [(letter: Unicode.Scalar, range: ClosedRange<Int>)] = [
        ("y", 1...9999), ("M", 1...12), ("d", 1...31), ("H", 0...23), ("m", 0...59), ("s", 0...59),
        ("S", 0...999_999),
    ]

    /// Reads `text`; `nil` when it is not written in `format`, which has no problem.
    ///
    /// An offset is read and left out: it is not needed to tell a typing mistake.
    init?(_ text: String, format: DateFormat) {
        var rest = Array(text.unicodeScalars)[...]
        var pattern = Array(format.pattern.unicodeScalars)[...]
        var values: [Unicode.Scalar: Int] = [:]
        while let scalar = pattern.first {
            let run = pattern.prefix { $0 == scalar }
            if let (letter, range) = Self.letters.first(where: { $0.letter == scalar }) {
                pattern = pattern.dropFirst(run.count)
                guard let number = Self.takeNumber(&rest, letter, width: run.count),
                    range.contains(number)
                else { return nil }
                values[letter] = number
            } else if scalar == "X" {
                pattern = pattern.dropFirst(run.count)
                rest = rest.drop { "Z+-:0123456789".unicodeScalars.contains($0) }
            } else {
                guard Self.takeLiteral(&pattern, from: &rest) else { return nil }
            }
        }
        guard rest.isEmpty, let year = values["y"], let month = values["M"], let day = values["d"],
            Day(year: year, month: month, day: day) != nil
        else { return nil }
        parts = Self.letters.map { values[$0.letter] ?? 0 }
    }

    /// Takes as many digits as the letters ask for; one `M`, `d` or `H` takes one or two.
    private static func takeNumber(
        _ rest: inout ArraySlice<Unicode.Scalar>,
        _ letter: Unicode.Scalar,
        width: Int
    ) -> Int? {
        let isUnpadded = width == 1 && letter != "S"
        let digits = rest.prefix(isUnpadded ? 2 : width).prefix { ("0"..."9").contains($0) }
        guard isUnpadded || digits.count == width else { return nil }
        rest = rest.dropFirst(digits.count)
        return Int(String(String.UnicodeScalarView(digits)))
    }

    /// Takes a character that stands for itself, or a text in quotes.
    private static func takeLiteral(
        _ pattern: inout ArraySlice<Unicode.Scalar>,
        from rest: inout ArraySlice<Unicode.Scalar>
    ) -> Bool {
        guard pattern.first == "'" else { return rest.popFirst() == pattern.popFirst() }
        pattern = pattern.dropFirst()
        let quoted = pattern.prefix { $0 != "'" }
        pattern = pattern.dropFirst(quoted.count + 1)
        let literal = quoted.isEmpty ? ["'"] : Array(quoted)
        guard rest.starts(with: literal) else { return false }
        rest = rest.dropFirst(literal.count)
        return true
    }
}
