public import Words

/// A column's name as people tell it from others: without case, marks between words and the plural's s.
///
/// Where a file lacks a column and has another one of the same spelling, it was renamed there.
public struct Spelling: Hashable, Sendable {
    private let letters: String

    /// The spelling of a name.
    public init(_ name: ExactText) { self.init(name.text) }

    /// The spelling of a name.
    public init(_ name: String) {
        var letters = name.lowercased().unicodeScalars
            .filter { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        if letters.count > 2, letters.last == "s" { letters.removeLast() }
        self.letters = String(String.UnicodeScalarView(letters))
    }
}
