/// Some rows of a result: one byte buffer, and where in it each value lies.
public struct MariaDBRows: Sendable {
    /// Where a value is in ``bytes``; `nil` is NULL.
    public typealias Value = Range<Int>?

    /// The values' texts, as ``MariaDBColumn/Kind`` says.
    public internal(set) var bytes: [UInt8] = []
    /// The values of all rows, row after row.
    public internal(set) var values: [Value] = []
    /// Whether more may follow.
    public internal(set) var isLast = false

    /// The memory that they take, about.
    var size: Int { bytes.count + values.count * MemoryLayout<Value>.stride }
}
