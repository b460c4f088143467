/// A text by lines, cut where YAML cuts it.
struct SourceText {
    let path: String
    /// The size of the whole text.
    let byteCount: Int
    private let lines: [Substring.UnicodeScalarView]

    init(path: String, text: String) {
        self.path = path
        byteCount = text.utf8.count
        lines = Self.split(text.unicodeScalars)
    }

    var lineCount: Int { lines.count }

    /// The text of a line, from 1, without its line break.
    func line(_ number: Int) -> String? {
        lines.indices.contains(number - 1) ? String(lines[number - 1]) : nil
    }

    /// The place nearest to `position` that exists; the end of a line counts.
    func clamped(_ position: Diagnostic.Position) -> Diagnostic.Position {
        let line = min(max(position.line, 1), lines.count)
        let end = lines[line - 1].count + 1
        return Diagnostic.Position(line: line, column: min(max(position.column, 1), end))
    }

    /// The character at `position`.
    func scalar(at position: Diagnostic.Position) -> Unicode.Scalar? {
        guard lines.indices.contains(position.line - 1) else { return nil }
        return lines[position.line - 1].dropFirst(position.column - 1).first
    }

    /// There is always one line.
    ///
    /// Line breaks are YAML 1.1's: LF, CR, CR LF, NEL, LS and PS.
    private static func split(_ text: String.UnicodeScalarView) -> [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        var start = text.startIndex
        var index = start
        while index < text.endIndex {
            let scalar = text[index]
            let next = text.index(after: index)
            guard isLineBreak(scalar) else {
                index = next
                continue
            }
            lines.append(text[start..<index])
            let isPair = scalar == "\r" && next < text.endIndex && text[next] == "\n"
            start = isPair ? text.index(after: next) : next
            index = start
        }
        lines.append(text[start...])
        return lines
    }

    static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
