import Words

/// A cell of a table that a person opens in a spreadsheet, which computes what looks like a formula.
///
/// After OWASP's advice on "CSV Injection": a `'` before the cell makes it text.
package enum SpreadsheetCell {
    private static let beginnings: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
    /// Before them a cell may go on in another one.
    private static let breaks: Set<Unicode.Scalar> = ["\t", "\r", "\n"]

    /// The cell's bytes, with a `'` before what a spreadsheet would compute; a number stays one.
    package static func defused(_ cell: [UInt8]) -> [UInt8] {
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
        guard isSign(text.utf8.first) else { return false }
        let parts = text.utf8.dropFirst()
            .split(maxSplits: 1, omittingEmptySubsequences: false) {
                $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
            }
        let groups = parts[0]
            .split(omittingEmptySubsequences: false) {
                $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",")
            }
        let hasWhole = !groups[0].isEmpty
        guard hasWhole || groups.count == 2,
            groups.dropFirst(hasWhole ? 0 : 1).allSatisfy(areDigits)
        else { return false }
        guard parts.count == 2 else { return true }
        return areDigits(isSign(parts[1].first) ? parts[1].dropFirst() : parts[1])
    }

    private static func isSign(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }

    private static func areDigits(_ text: Substring.UTF8View) -> Bool {
        !text.isEmpty && text.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    }
}
