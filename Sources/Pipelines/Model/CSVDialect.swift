public import Words

/// How a CSV file is written.
///
/// The format is RFC 4180's with these liberties.
public struct CSVDialect: Sendable, Hashable {
    /// The byte between fields.
    public var delimiter: UInt8
    /// The text encoding.
    public var encoding: Encoding
    /// The names of the columns of a file that has no header; `nil` where its first record has them.
    public var columns: [ExactText]?
    /// The lines that are no records.
    public var skip: SkippedLines
    /// Words that mean nothing where they are a whole field, outside of quotes.
    public var nulls: [String]
    /// Whether a field whose first byte is a quote goes to the next one; otherwise quotes are data.
    public var hasQuotes: Bool
    /// Whether a backslash takes away what the byte behind it means to CSV.
    public var hasEscapes: Bool

    /// Creates a dialect; by default a comma, UTF-8, a header and quotes.
    public init(
        delimiter: UInt8 = UInt8(ascii: ","),
        encoding: Encoding = .utf8,
        columns: [ExactText]? = nil,
        skip: SkippedLines = SkippedLines(),
        nulls: [String] = [],
        hasQuotes: Bool = true,
        hasEscapes: Bool = false
    ) {
        self.delimiter = delimiter
        self.encoding = encoding
        self.columns = columns
        self.skip = skip
        self.nulls = nulls
        self.hasQuotes = hasQuotes
        self.hasEscapes = hasEscapes
    }

    /// How a record of it is written by itself, in UTF-8: nothing of what its file has around it.
    public var ofRecords: CSVDialect {
        CSVDialect(
            delimiter: delimiter,
            nulls: nulls,
            hasQuotes: hasQuotes,
            hasEscapes: hasEscapes
        )
    }

    /// The byte that a text stands for as a delimiter: one ASCII character that has no other meaning in CSV;
    /// `nil` when it stands for none.
    package static func delimiter(_ text: String) -> UInt8? {
        guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80 else { return nil }
        return [UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0].contains(byte)
            ? nil : byte
    }
}

/// Lines of a file that are no records.
public struct SkippedLines: Sendable, Hashable {
    /// Those before the header, or before the first record of a file without one; blank ones count.
    public var before: Int
    /// Those at the end; blank ones do not count.
    public var after: Int

    /// The most of each.
    package static let most = 1000

    /// Creates a number of lines; by default none.
    public init(before: Int = 0, after: Int = 0) {
        self.before = before
        self.after = after
    }
}
