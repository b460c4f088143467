/// What a CSV file may hold at most, so that memory stays bounded whatever it holds.
public struct CSVLimits: Sendable, Hashable {
    /// Bytes of a field, quotes included.
    public var fieldBytes: Int
    /// Bytes of a record.
    public var recordBytes: Int
    /// Columns of the header.
    public var columns: Int
    /// Lines behind the first of a record of broken quotes: what has more of them has taken in rows.
    public var faultyLines: Int

    /// Creates limits; by default 16 MiB, 64 MiB, 10,000 and 1,000.
    public init(
        fieldBytes: Int = 16 << 20,
        recordBytes: Int = 64 << 20,
        columns: Int = 10_000,
        faultyLines: Int = 1000
    ) {
        self.fieldBytes = fieldBytes
        self.recordBytes = recordBytes
        self.columns = columns
        self.faultyLines = faultyLines
    }
}
