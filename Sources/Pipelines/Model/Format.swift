/// How the records of an object are written, wherever it lies and however it is compressed.
public enum Format: Sendable, Hashable {
    /// Comma-separated values.
    case csv(CSVDialect)
}

/// How a CSV file is written.
///
/// The format is RFC 4180's with these liberties.
public struct CSVDialect: Sendable, Hashable {
    /// The byte between fields.
    public var delimiter: UInt8
    /// The text encoding.
    public var encoding: Encoding

    /// Creates a dialect; a comma and UTF-8 unless said.
    public init(delimiter: UInt8 = UInt8(ascii: ","), encoding: Encoding = .utf8) {
        self.delimiter = delimiter
        self.encoding = encoding
    }
}
