/// Foreign text made fit for a terminal, a log or a table: what cannot be seen, or would command the
/// reader's terminal, is shown by its number.
///
/// Cells, headers, file names, definitions and the reasons that people give may hold anything. It is
/// decided by unicode scalars, because a scalar hides within a `Character`: CR LF is one of them, and
/// a mark that changes the direction of writing joins the letter before it.
public enum VisibleText {
    /// Text of several lines: its line ends stay.
    public static func lines(_ text: String) -> String {
        escaped(text) { $0 == "\n" }
    }

    /// Text that is a part of a line: a cell of a table, a value in a log; line ends are shown too.
    public static func line(_ text: String) -> String {
        escaped(text) { _ in false }
    }

    /// The text, or the beginning of one that has more than `limit` scalars: that many at most, the last
    /// of them `…`.
    ///
    /// By scalars, because a single `Character` may be of any size.
    public static func shortened(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard
            let end = scalars.index(
                scalars.startIndex,
                offsetBy: limit,
                limitedBy: scalars.endIndex
            ),
            end != scalars.endIndex
        else { return text }
        return String(scalars[..<scalars.index(before: end)]) + "…"
    }

    /// The text, or the beginning of one that has more than `limit` bytes of UTF-8: that many at most, the
    /// last of them `…`; cut between scalars.
    public static func shortened(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let mark = "…"
        // The view of scalars begins what an index is within.
        let end = text.utf8.index(text.startIndex, offsetBy: max(limit - mark.utf8.count, 0))
        return String(text.unicodeScalars[..<end]) + mark
    }

    /// How many columns of a terminal ``line(_:)`` of a text takes.
    public static func width(of text: String) -> Int {
        line(text).unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    /// Marks stand on the letter before them; letters of East Asia and pictures take two columns.
    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff,
            0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    /// Text of several lines within a list of lines: its further lines stand at least `indent` blanks in,
    /// so that none of them passes for a line of the list.
    public static func block(_ text: String, indent: Int) -> String {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let further = lines.dropFirst()
            .map { line in
                let missing = max(indent - line.prefix { $0 == " " }.count, 0)
                return "\n" + String(repeating: " ", count: missing) + String(line)
            }
        return String(lines[0]) + further.joined()
    }

    /// JSON with the same meaning: what is invisible is written in JSON's own way, `\u200b`.
    public static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" || !isHidden(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 { result += "\\u" + padded(unit, 4, radix: 16) }
            }
        }
        return result
    }

    /// Whether a scalar is shown by its number: controls, marks of direction and format, joiners,
    /// every blank but the common one, what is private or not assigned, fillers without a glyph.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse,
            .surrogate, .unassigned:
            return true
        default: return scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}"
        }
    }

    private static func escaped(
        _ text: String,
        keeping isKept: (Unicode.Scalar) -> Bool
    ) -> String {
        guard text.unicodeScalars.contains(where: { isHidden($0) && !isKept($0) }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            if isKept(scalar) || !isHidden(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += name(of: scalar)
            }
        }
        return result
    }

    /// `\n`, `\t`, `\r`, and `\u{200B}` for all others.
    private static func name(of scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}
