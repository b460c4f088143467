import Foundation
package import Pipelines

/// How the records are written that a task has read, as the ledger keeps it: `{"csv": {"delimiter": ";"}}`.
///
/// Where in a document of JSON the rows lay, and what became of its objects, does not matter any more: a record is a
/// row's object.
/// An encoding is none of it: what is kept of records is UTF-8.
package struct StoredFormat: Codable {
    private var csv: CSV?
    private var jsonl: JSONLines?
    private var fixed: Fixed?

    /// What a record is written by; what is not there is as usual.
    private struct CSV: Codable {
        var delimiter: String
        var nulls: [String]?
        var quote: String?
        var escape: String?

        init(_ dialect: CSVDialect) {
            delimiter = String(Unicode.Scalar(dialect.delimiter))
            if !dialect.nulls.isEmpty { nulls = dialect.nulls }
            if !dialect.hasQuotes { quote = "none" }
            if dialect.hasEscapes { escape = "backslash" }
        }

        var dialect: CSVDialect? {
            CSVDialect.delimiter(delimiter)
                .map { byte in
                    CSVDialect(
                        delimiter: byte,
                        nulls: nulls ?? [],
                        hasQuotes: quote != "none",
                        hasEscapes: escape == "backslash"
                    )
                }
        }
    }

    private struct JSONLines: Codable {}

    private struct Fixed: Codable {
        var columns: [FixedWidth.Column]
        var nulls: [String]?
        var trimmed: Bool?

        init(_ layout: FixedWidth) {
            columns = layout.columns
            if !layout.nulls.isEmpty { nulls = layout.nulls }
            if layout.isTrimmed { trimmed = true }
        }

        var layout: FixedWidth {
            FixedWidth(columns, nulls: nulls ?? [], isTrimmed: trimmed ?? false)
        }
    }

    /// Writes what ``read(_:)`` reads.
    package static func encoded(_ format: Format) throws -> String {
        var stored = StoredFormat()
        switch format {
        case .csv(let dialect):
            stored.csv = CSV(dialect)
        case .jsonLines, .json: stored.jsonl = JSONLines()
        case .fixed(let layout): stored.fixed = Fixed(layout)
        }
        return String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
    }

    /// Reads what ``encoded(_:)`` wrote; `nil` of a task that an older version has run, and of a format
    /// that this one does not know.
    package static func read(_ text: String?) -> Format? {
        guard let text,
            let stored = try? JSONDecoder().decode(StoredFormat.self, from: Data(text.utf8))
        else { return nil }
        if stored.jsonl != nil { return .jsonLines() }
        if let fixed = stored.fixed { return .fixed(fixed.layout) }
        return (stored.csv?.dialect).map { .csv($0) }
    }
}
