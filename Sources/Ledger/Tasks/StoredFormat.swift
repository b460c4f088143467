import Foundation
package import Pipelines

/// How the records are written that a task has read, as the ledger keeps it: `{"csv": {"delimiter": ";"}}`.
///
/// An encoding is none of it: what is kept of records is UTF-8.
package struct StoredFormat: Codable {
    private var csv: CSV?

    private struct CSV: Codable {
        var delimiter: String
    }

    package static func encoded(_ format: Format) throws -> String {
        var stored = StoredFormat()
        switch format {
        case .csv(let dialect):
            stored.csv = CSV(delimiter: String(Unicode.Scalar(dialect.delimiter)))
        }
        return String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
    }

    /// Reads what ``encoded(_:)`` wrote; `nil` of a task that an older version has run, and of a format
    /// that this one does not know.
    package static func read(_ text: String?) -> Format? {
        guard let text,
            let stored = try? JSONDecoder().decode(StoredFormat.self, from: Data(text.utf8)),
            let delimiter = stored.csv?.delimiter.utf8.first
        else { return nil }
        return .csv(CSVDialect(delimiter: delimiter))
    }
}
