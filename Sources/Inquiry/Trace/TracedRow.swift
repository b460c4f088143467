/// A row of the warehouse and where it came from.
public struct TracedRow: Sendable, Codable {
    /// The row's columns with their values as text, in the table's order; `nil` for a null.
    public var columns: [Column]
    /// The number of the load that told it: of a version of a dimension the one that brought it, also when
    /// a later load has ended the version.
    public var load: Int64?
    /// The load that wrote the row last, when that is another one.
    public var writtenBy: Int64?
    /// Of a mart's rows, the tables that it reads, as they are now.
    public var reads: [Read] = []
    /// Whether it is a placeholder that a fact's load made before the dimension knew its key.
    public var isInferred: Bool
    /// The load task that wrote it; `nil` for a placeholder.
    public var origin: Origin?

    /// A column's value; `nil` when it is null, or there is no such column.
    func value(of column: String) -> String? {
        columns.first { $0.name == column }?.value
    }

    /// A line of a source.
    public struct Place: Sendable, Codable, Hashable {
        /// The file's name in its folder.
        public var input: String
        /// The line the row begins on, from 1.
        public var line: Int
    }

    /// A table that a mart reads, and the load that wrote it last.
    public struct Read: Sendable, Codable {
        /// The table's name.
        public var table: String
        /// The load's number; `nil` when it has not been loaded.
        public var load: Int64?
    }

    /// A column and its value.
    public struct Column: Sendable, Codable {
        /// The column's name.
        public var name: String
        /// The value.
        public var value: String?
    }

    /// The load task that wrote a row.
    public struct Origin: Sendable, Codable {
        /// The task: `load.ordinal`.
        public var task: String
        /// The label of the period that it loaded; empty for what is loaded whole.
        public var period: String
        /// Names, sizes and digests of what it read.
        public var input: String?
        /// Which attempt it was, from 1: the failed ones and the deaths of workers before it count.
        public var attempt: Int
        /// The worker that committed it.
        public var worker: String?
        /// When, in UTC.
        public var committedAt: String?
        /// The digest of the definition that the load was made with.
        public var definition: String
        /// The pipeline's name.
        public var pipeline: String
        /// Who asked for the load.
        public var requestedBy: String
        /// Where the key stands in what it read: as long as the files are the same; `nil` when nobody looked.
        public var places: [Place]?
        /// Why that is not known.
        public var placesUnknown: String?
    }
}
