public import Pipelines

/// How a CSV file is probably written, from its first bytes.
public struct DialectGuess: Sendable {
    /// Delimiter and encoding.
    public let dialect: CSVDialect
    /// What is worth knowing of it: sentences for people.
    public let remarks: [String]
    /// The remark that the encoding is to be looked at; `nil` where the bytes leave no doubt.
    public let encodingDoubt: String?

    private static let sampleSize = 256 << 10

    /// Judges the file at `path`, compressed or not.
    ///
    /// - Throws: ``ExtractionError`` when it cannot be read.
    public init(ofFile path: String) async throws {
        let (folder, name) = try FileSource.alone(path)
        let file = ExpandedInput(try folder.open(name))
        var bytes = [UInt8](repeating: 0, count: Self.sampleSize)
        let count = try await file.read(into: &bytes)
        bytes.removeLast(bytes.count - count)
        self.init(bytes)
    }

    /// Judges the first bytes of a file.
    public init(_ bytes: [UInt8]) {
        let guess = EncodingGuess(bytes)
        var remarks = guess.remarks
        var dialect = CSVDialect(encoding: guess.encoding)
        let text = Self.decoded(bytes, guess.encoding)
        if let delimiter = Self.delimiter(text[...]) { dialect.delimiter = delimiter }
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

    /// The character that cuts most lines into as many fields as the first; the comma first.
    private static func delimiter(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        var best: (delimiter: UInt8, score: Double)?
        for candidate in ",;\t|".utf8 {
            let counts = counts(of: candidate, in: bytes)
            guard let first = counts.first, first > 0 else { continue }
            let same = counts.count { $0 == first }
            let score = Double(same) / Double(counts.count) * (1 + Double(first) / 1000)
            if score > (best?.score ?? 0) { best = (candidate, score) }
        }
        return best?.delimiter
    }

    /// How often a character stands outside of quotes, line by line.
    private static func counts(of delimiter: UInt8, in bytes: ArraySlice<UInt8>) -> [Int] {
        var counts: [Int] = []
        var count = 0
        var isQuoted = false
        var isBlank = true
        for byte in bytes {
            let endsLine = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if endsLine && !isQuoted {
                if !isBlank { counts.append(count) }
                (count, isBlank) = (0, true)
            } else {
                isBlank = false
                if byte == delimiter && !isQuoted { count += 1 }
            }
        }
        // The last line may be cut: it counts only when it is the only one.
        return counts.isEmpty && !isBlank ? [count] : counts
    }
}
