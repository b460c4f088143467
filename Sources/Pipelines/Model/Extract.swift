/// What is read from a source.
public struct Extract: Sendable, Hashable {
    /// The source's name.
    public var source: String
    /// What is read there.
    public var input: Input

    /// How long it is awaited while it is not there; `nil` leaves that to the workers.
    public var patience: Duration?

    /// Creates an extract.
    public init(source: String, input: Input, patience: Duration? = nil) {
        self.source = source
        self.input = input
        self.patience = patience
    }

    /// Whether each period has an input of its own: `{period}` in a file's name, or a bound of the
    /// period in a query.
    public var isCutByPeriod: Bool {
        switch input {
        case .csv(let pattern, _): pattern.contains("{period}")
        case .query(let text):
            SQLScan(text).placeholders.contains { SQLPlaceholder.names.contains($0.name) }
        }
    }

    /// The kinds of input.
    public enum Input: Sendable, Hashable {
        /// CSV files; `{period}` in the pattern stands for the period's label, `*` for any text.
        case csv(pattern: String, dialect: CSVDialect)
        /// A query; `:period_start` and `:period_end` stand for the period's bounds.
        case query(String)
    }
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
