/// How a text file is written whose columns are as wide in each line.
public struct FixedWidth: Sendable, Hashable {
    /// The columns from left to right, without gaps.
    public var columns: [Column]
    /// The text encoding.
    public var encoding: CSVDialect.Encoding
    /// The lines that are no records.
    public var skip: SkippedLines
    /// Words that mean nothing where they are a whole field, without the blanks around it.
    public var nulls: [String]
    /// Whether blanks at the ends of lines may have been cut off.
    public var isTrimmed: Bool

    /// A column: a name, and how many characters (Unicode scalars) it is wide.
    public struct Column: Sendable, Hashable, Codable {
        /// The name.
        public var name: String
        /// Characters of each field, blanks included.
        public var width: Int

        /// Creates a column.
        public init(_ name: String, _ width: Int) {
            self.name = name
            self.width = width
        }
    }

    /// Creates a layout of lines; by default in UTF-8, each as wide as all columns.
    public init(
        _ columns: [Column],
        encoding: CSVDialect.Encoding = .utf8,
        skip: SkippedLines = SkippedLines(),
        nulls: [String] = [],
        isTrimmed: Bool = false
    ) {
        self.columns = columns
        self.encoding = encoding
        self.skip = skip
        self.nulls = nulls
        self.isTrimmed = isTrimmed
    }

    /// Characters of a line.
    public var width: Int { columns.reduce(0) { $0 + $1.width } }

    /// How a record of it is written by itself, in UTF-8: nothing of what its file has around it.
    public var ofRecords: FixedWidth { FixedWidth(columns, nulls: nulls, isTrimmed: isTrimmed) }
}
