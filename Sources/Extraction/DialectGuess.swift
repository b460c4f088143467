public import Pipelines

/// How a CSV file is probably written, from its first bytes.
public struct DialectGuess: Sendable {
    /// How it is written, as far as its bytes leave no other reading.
    public let dialect: CSVDialect
    /// What is worth knowing of it: sentences for people.
    public let remarks: [String]
    /// The remark that the encoding is to be looked at; `nil` where the bytes leave no doubt.
    public let encodingDoubt: String?

    /// Judges the first bytes of a file.
    public init(_ bytes: [UInt8]) {
        let guess = EncodingGuess(bytes)
        var remarks = guess.remarks
        var dialect = CSVDialect(encoding: guess.encoding)
        let text = Self.decoded(bytes, guess.encoding)
        (dialect.delimiter, dialect.skip.before) = Self.start(text[...])
        let records = SampleRecords(text, dialect)
        dialect = records.dialect
        remarks += records.remarks
        if text.contains(0) {
            remarks.append("it holds NUL bytes, which no row may: those are rejected")
        }
        self.dialect = dialect
        self.remarks = remarks
        encodingDoubt = guess.doubt
    }

    /// The text in UTF-8, without its mark.
    private static func decoded(_ bytes: [UInt8], _ encoding: CSVDialect.Encoding) -> [UInt8] {
        guard var decoder = try? TextDecoder(encoding),
            let mark = try? decoder.begin(bytes, name: "")
        else { return bytes }
        var text: [UInt8] = []
        var faults: [TextDecoder.Fault] = []
        decoder.append(bytes.span.extracting(mark...), to: &text, faults: &faults)
        return text
    }

    /// The delimiter, and how many lines stand before the header.
    private static func start(_ bytes: ArraySlice<UInt8>) -> (delimiter: UInt8, skipped: Int) {
        let best = delimiter(bytes)
        if let best, best.share > 0.5 { return (best.delimiter, 0) }
        return preamble(bytes) ?? (best?.delimiter ?? CSVDialect().delimiter, 0)
    }

    private static let delimiters = Array(",;\t|".utf8)

    /// The character that cuts most lines into as many fields as the first, and the share of those; the
    /// comma first.
    private static func delimiter(
        _ bytes: ArraySlice<UInt8>
    ) -> (delimiter: UInt8, share: Double)? {
        var best: (delimiter: UInt8, share: Double, score: Double)?
        for candidate in delimiters {
            let counts = records(cutBy: candidate, bytes).map(\.count)
            guard let first = counts.first, first > 0 else { continue }
            let share = Double(counts.count { $0 == first }) / Double(counts.count)
            let score = share * (1 + Double(first) / 1000)
            if score > (best?.score ?? 0) { best = (candidate, share, score) }
        }
        return best.map { ($0.delimiter, $0.share) }
    }

    /// Records that look alike: fewer are no evidence.
    private static let fewestAlike = 3
    /// Lines before the header that are looked over.
    private static let longestPreamble = 20

    /// The delimiter that cuts nearly all lines into as many fields, but for some at the beginning, and the
    /// number of those.
    private static func preamble(_ bytes: ArraySlice<UInt8>) -> (delimiter: UInt8, skipped: Int)? {
        for candidate in delimiters {
            let records = records(cutBy: candidate, bytes)
            var frequencies: [Int: Int] = [:]
            for record in records where record.count > 0 {
                frequencies[record.count, default: 0] += 1
            }
            guard let usual = frequencies.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
                let first = records.firstIndex(where: { $0.count == usual.key }), first > 0,
                records[first].line <= longestPreamble, usual.value >= fewestAlike,
                usual.value * 10 >= (records.count - first) * 9
            else { continue }
            return (candidate, records[first].line - 1)
        }
        return nil
    }

    /// The lines on which records begin, from 1, and how often a character stands in each outside of quotes.
    private static func records(
        cutBy delimiter: UInt8,
        _ bytes: ArraySlice<UInt8>
    ) -> [(line: Int, count: Int)] {
        var records: [(line: Int, count: Int)] = []
        var record = (line: 1, count: 0)
        var line = 1
        var (isQuoted, isBlank) = (false, true)
        var last: UInt8 = 0
        for byte in bytes {
            let endsLine = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if endsLine, byte != UInt8(ascii: "\n") || last != UInt8(ascii: "\r") { line += 1 }
            last = byte
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if endsLine && !isQuoted {
                if !isBlank { records.append(record) }
                record = (line, 0)
                isBlank = true
            } else {
                isBlank = false
                if byte == delimiter && !isQuoted { record.count += 1 }
            }
        }
        // The last line may be cut: it counts only when it is the only one.
        return records.isEmpty && !isBlank ? [record] : records
    }
}
