import Words

/// A cell of a table that a person opens in a spreadsheet, which computes what looks like a formula.
///
/// After OWASP's advice on "CSV Injection": a `'` before the cell makes it text.
enum SpreadsheetCell {
    private static let beginnings: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
    /// Before them a cell may go on in another one.
    private static let breaks: Set<Unicode.Scalar> = ["\t", "\r", "\n"]

    /// The cell's bytes, with a `'` before what a spreadsheet would compute; a number stays one.
    static func defused(_ cell: [UInt8]) -> [UInt8] {
        let text = String(decoding: cell, as: UTF8.self)
        return isFormula(text) ? [UInt8(ascii: "'")] + cell : cell
    }

    /// Blanks and what cannot be seen do not count: some programs leave them out.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        if breaks.contains(first) { return true }
        let seen = text.unicodeScalars.first { $0 != " " && !VisibleText.isHidden($0) }
        return seen.map(beginnings.contains) == true && !isNumber(text)
    }

    /// `-12.5`, `+1,234.50`, `-1e-5`.
    private static func isNumber(_ text: String) -> Bool {
        let pattern = #/[+-](?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?/#
        return text.wholeMatch(of: pattern.matchingSemantics(.unicodeScalar)) != nil
    }
}
