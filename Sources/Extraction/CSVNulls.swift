import Pipelines
import Rows

/// The words of a dialect that mean nothing.
struct CSVNulls: Sendable {
    private let words: [[UInt8]]
    /// Bytes of the longest one.
    private let longest: Int

    /// Those that are declared; with escapes also `\N`, as MySQL and Postgres write a null.
    init(_ dialect: CSVDialect) {
        words = (dialect.nulls + (dialect.hasEscapes ? ["\\N"] : [])).map { Array($0.utf8) }
        longest = words.map(\.count).max() ?? 0
    }

    var isEmpty: Bool { words.isEmpty }

    /// Empties the fields of a record that are one of the words, outside of quotes.
    ///
    /// - Parameters:
    ///   - fields: Those of several records, as they lie in `bytes`.
    ///   - start: The first one of the record.
    ///   - bytes: What they lie in.
    func blank(_ fields: inout [RowBatch.FieldSlice], from start: Int, in bytes: Span<UInt8>) {
        for index in start..<fields.count where !fields[index].wasQuoted {
            let (place, length) = (fields[index].start, fields[index].length)
            guard length > 0, length <= longest else { continue }
            let text = bytes.extracting(place..<place + length)
            guard words.contains(where: { Self.equals($0, text) }) else { continue }
            fields[index] = RowBatch.FieldSlice(start: place, length: 0, wasQuoted: false)
        }
    }

    private static func equals(_ word: [UInt8], _ text: Span<UInt8>) -> Bool {
        word.count == text.count && text.indices.allSatisfy { text[$0] == word[$0] }
    }
}
