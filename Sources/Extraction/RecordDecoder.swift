import Pipelines
import Rows
import Words

/// Makes rows of the bytes of one object, in pieces of any size, without I/O of its own.
protocol RecordDecoder {
    /// The names of the columns, once they are known.
    var header: [ExactText]? { get }
    /// Whether records are complete that were not given yet: they are, for no bytes, also behind the object's end.
    var hasMore: Bool { get }
    /// Takes the next bytes and gives the records that they complete, if any.
    mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch?
    /// Says that the object has ended and gives its last records, if they are still to be given.
    mutating func finish() throws(ExtractionError) -> RowBatch?
}

extension RecordDecoder {
    var hasMore: Bool { false }
}

extension CSVReader: RecordDecoder {}

extension Format {
    /// A decoder of one object.
    ///
    /// - Parameters:
    ///   - name: The object's name, for messages.
    ///   - input: Its place among those that are read.
    ///   - layout: What is read of it, where objects have no header; without one, what the first rows have.
    /// - Returns: One that has read nothing yet.
    func decoder(name: String, input: Int, layout: RowLayout?) -> any RecordDecoder {
        let columns = layout.map { JSONColumns($0) }
        return switch self {
        case .csv(let dialect): CSVReader(name: name, input: input, dialect: dialect)
        case .jsonLines(let shape):
            JSONLinesReader(name: name, input: input, shape: shape, columns: columns)
        case .json(let rows, let shape):
            JSONRowsReader(name: name, input: input, rows: rows, shape: shape, columns: columns)
        case .fixed(let layout): FixedWidthReader(name: name, input: input, layout: layout)
        }
    }
}
