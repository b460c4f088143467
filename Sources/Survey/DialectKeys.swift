import Pipelines
import Words

/// The keys of a definition that say how a CSV file, or one of fixed width, is written.
struct DialectKeys {
    /// What is to be said beyond the usual; it begins with a comma.
    let text: String

    init(_ dialect: CSVDialect) {
        var keys: [String] = []
        if dialect.delimiter != CSVDialect().delimiter {
            keys.append(
                "delimiter: \(QuotedText.double(String(Unicode.Scalar(dialect.delimiter))))"
            )
        }
        if let columns = dialect.columns { keys.append("columns: \(Self.list(columns.texts))") }
        keys += Self.ofLines(dialect.encoding, dialect.skip, dialect.nulls)
        if !dialect.hasQuotes { keys.append("quote: none") }
        if dialect.hasEscapes { keys.append("escape: backslash") }
        text = keys.map { ", \($0)" }.joined()
    }

    init(_ layout: FixedWidth) {
        let widths = layout.columns.map { "\(QuotedText.double($0.name)): \($0.width)" }
        var keys = ["widths: { \(widths.joined(separator: ", ")) }"]
        keys += Self.ofLines(layout.encoding, layout.skip, layout.nulls)
        if layout.isTrimmed { keys.append("trimmed: true") }
        text = keys.map { ", \($0)" }.joined()
    }

    /// Those that both have.
    private static func ofLines(
        _ encoding: CSVDialect.Encoding,
        _ skip: SkippedLines,
        _ nulls: [String]
    ) -> [String] {
        var keys: [String] = []
        if encoding != .utf8 { keys.append("encoding: \(encoding.rawValue)") }
        if skip.after > 0 {
            keys.append("skip: { before: \(skip.before), after: \(skip.after) }")
        } else if skip.before > 0 {
            keys.append("skip: \(skip.before)")
        }
        if !nulls.isEmpty { keys.append("nulls: \(list(nulls))") }
        return keys
    }

    private static func list(_ texts: [String]) -> String {
        "[\(texts.map(QuotedText.double).joined(separator: ", "))]"
    }
}
