import Foundation
package import Rows

/// A file that a task has read, as the ledger keeps it.
package struct InputRecord: Codable {
    var name: String
    var size: Int
    var digest: String
    /// When it was modified, in nanoseconds since 1970.
    var modified: Int64

    /// `nil` when nothing was read from files.
    static func encoded(_ inputs: [InputSummary]) throws -> String? {
        let records = inputs.compactMap { input in
            input.modified.map {
                InputRecord(name: input.name, size: input.size, digest: input.digest, modified: $0)
            }
        }
        guard !records.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(records), as: UTF8.self)
    }

    /// Reads what ``encoded(_:)`` wrote.
    package static func read(_ text: String) -> [InputSummary]? {
        guard let records = try? JSONDecoder().decode([InputRecord].self, from: Data(text.utf8))
        else { return nil }
        return records.map {
            InputSummary(name: $0.name, size: $0.size, digest: $0.digest, modified: $0.modified)
        }
    }
}
