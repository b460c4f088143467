public import Pipelines
public import Rows

/// Makes rows of the bytes of one object, in pieces of any size, without I/O of its own.
protocol RecordDecoder {
    /// The names of the columns, once they are known.
    var header: [String]? { get }
    /// Takes the next bytes and gives the records that they complete, if any.
    mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch?
    /// Says that the object has ended and gives its last record, if it is still to be given.
    mutating func finish() throws(ExtractionError) -> RowBatch?
}

extension CSVReader: RecordDecoder {}

extension Format {
    /// A decoder of one object.
    ///
    /// - Parameters:
    ///   - name: The object's name, for messages.
    ///   - input: Its place among those that are read.
    /// - Returns: One that has read nothing yet.
    func decoder(name: String, input: Int) -> any RecordDecoder {
        switch self {
        case .csv(let dialect): CSVReader(name: name, input: input, dialect: dialect)
        }
    }

    /// Reads a record that was kept whole, by itself: one with an open quote does not swallow the next.
    ///
    /// - Parameters:
    ///   - raw: Its bytes, in UTF-8, without the line's end.
    ///   - columns: How many columns its input had.
    /// - Returns: A batch with its only row, which may have a fault; `nil` when it is no single record.
    public func record(_ raw: [UInt8], columns: Int) -> RowBatch? {
        switch self {
        case .csv(let dialect):
            CSVReader.record(raw, columns: columns, delimiter: dialect.delimiter)
        }
    }
}

extension CSVReader {
    /// The record as the only row below a header of as many columns.
    fileprivate static func record(
        _ raw: [UInt8],
        columns: Int,
        delimiter: UInt8
    ) -> RowBatch? {
        var reader = CSVReader(name: "", dialect: CSVDialect(delimiter: delimiter))
        let names = (0..<columns).map(String.init)
            .joined(separator: String(Unicode.Scalar(delimiter)))
        let text = Array(names.utf8) + [UInt8(ascii: "\n")] + raw
        let batches = (try? [reader.read(text.span), reader.finish()])?.compactMap(\.self) ?? []
        let filled = batches.filter { !$0.rows.isEmpty }
        guard filled.count == 1, let batch = filled.first, batch.rows.count == 1 else { return nil }
        return batch
    }
}
