import Foundation

/// Texts that break whatever quotes, escapes, splits or compares by Characters: signs that mean something
/// to SQL, CSV, a terminal or Prometheus, beside scalars that make one Character with their neighbour.
///
/// The same seed always gives the same texts. None has a NUL, which Postgres' texts cannot hold; where it
/// may stand, put it in with ``withNUL()``.
public struct HostileText: Sendable {
    private var random: SeededGenerator

    /// What other languages give a meaning to.
    private static let marks = [
        "'", "''", "\"", "\"\"", "\\", "\\\\", "\\'", "\\n", "{", "}", "(", ")", ",", ";", ":", "%",
        "$", "$$",
        "$a$", "${", "${name}", ":period_start", "--", "/*", "*/", "=", "+", "@", "|", "#", "NULL",
        "null",
        "\\N", "\\.", "E'", "U&'", "</", "&", "<", ">", "`", "*", "?", "[", "]", "..",
    ]
    /// What joins its neighbour: Prepend, Extend, joiners, selectors, flags, skin, Hangul, spacing.
    private static let joiners = [
        "\u{600}", "\u{6DD}", "\u{110BD}", "\u{301}", "\u{20E3}", "\u{200D}", "\u{200C}",
        "\u{FE0F}",
        "\u{E0100}", "\u{1F1E6}", "\u{1F1FF}", "\u{1F3FD}", "\u{1100}", "\u{1161}", "\u{903}",
    ]
    /// What is the same to Swift and not to a byte.
    private static let doubles = [
        "é", "e\u{301}", "Å", "\u{212B}", "\u{1E9E}", "ﬁ", "İ", "ı", "ß", "\u{37E}", "\u{2126}",
    ]
    /// Breaks, controls, what cannot be seen, what turns round, and what is no character.
    private static let controls = [
        "\r\n", "\r", "\n", "\t", "\u{B}", "\u{85}", "\u{2028}", "\u{2029}", "\u{1B}", "\u{1B}[31m",
        "\u{7}",
        "\u{8}", "\u{7F}", "\u{9B}", "\u{A0}", "\u{AD}", "\u{200B}", "\u{202E}", "\u{2066}",
        "\u{FEFF}",
        "\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", "\u{E000}", "\u{E0041}",
    ]
    /// What is harmless, so that the rest stands between something.
    private static let words = ["a", "Z", "0", "9", " ", "  ", "_", "word", "ñ", "漢", "🚢", "👩‍👩‍👧"]

    /// What the texts are made of: each as often as the others.
    private static let pieces = [marks, joiners, doubles, controls, words].flatMap(\.self)

    /// The texts of `seed`.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The next text, of 0 to 8 pieces; one in eight has a scalar that nobody thought of.
    public mutating func next() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            text.unicodeScalars.append(contentsOf: piece().unicodeScalars)
        }
        return text
    }

    /// The next text, with a NUL somewhere in it.
    public mutating func withNUL() -> String {
        var text = next().unicodeScalars
        let offset = Int.random(in: 0...text.count, using: &random)
        text.insert("\0", at: text.index(text.startIndex, offsetBy: offset))
        return String(text)
    }

    private mutating func piece() -> String {
        guard Int.random(in: 0..<32, using: &random) == 0 else {
            return Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
        }
        let number = UInt32.random(in: 1...0x10FFFF, using: &random)
        return Unicode.Scalar(number).map { String($0) } ?? "\u{FFFD}"
    }
}

extension HostileText {
    /// How many inputs a fuzz takes: `ordinary`, or what `LONGSHORE_FUZZ` says.
    public static func count(ordinary: Int) -> Int {
        ProcessInfo.processInfo.environment["LONGSHORE_FUZZ"].flatMap { Int($0) } ?? ordinary
    }
}
