public import Pipelines
public import Rows
public import Words

/// Reads records that were kept whole, each by itself: one with an open quote does not swallow the next.
public struct SingleRecordReader {
    /// The columns that their input had.
    public let columns: [ExactText]
    /// What reads a record that is a line, behind its header; `nil` where records are objects of JSON.
    private var opened: (any RecordDecoder)?
    /// What reads those of JSON.
    private var records: JSONRecords?

    /// A reader of records in UTF-8, without the line's end.
    ///
    /// - Parameters:
    ///   - format: How they are written.
    ///   - columns: The columns that their input had.
    ///   - layout: What is read of them, where that decides what may be in a column; anything may be without
    ///     one.
    public init(_ format: Format, columns: [ExactText], layout: RowLayout? = nil) {
        self.columns = columns
        switch format {
        case .csv(let dialect):
            let names = columns.indices.map(String.init)
            let delimiter = String(Unicode.Scalar(dialect.delimiter))
            let header = Array(names.joined(separator: delimiter).utf8) + [0x0a]
            var reader = CSVReader(name: "", dialect: dialect.ofRecords)
            _ = try? reader.read(header.span)
            opened = reader
        case .fixed(let layout):
            opened = FixedWidthReader(name: "", input: 0, layout: layout.ofRecords)
        case .jsonLines, .json:
            records = JSONRecords(
                name: "",
                input: 0,
                columns: JSONColumns(columns, of: layout),
                limits: CSVLimits()
            )
        }
    }

    /// A batch with the record as its only row, which may have a fault; `nil` when it is no single record.
    public mutating func read(_ raw: [UInt8]) -> RowBatch? {
        if let opened { return read(raw, by: opened) }
        let place = JSONRecords.Place(line: 1, byteOffset: 0)
        let isRead = (try? records?.add(raw.span, from: 0, to: raw.count, at: place)) != nil
        let batch = records?.takeBatch(raw)
        return isRead ? batch : nil
    }

    private func read(_ raw: [UInt8], by opened: any RecordDecoder) -> RowBatch? {
        var reader = opened
        let batches = (try? [reader.read(raw.span), reader.finish()])?.compactMap(\.self) ?? []
        let filled = batches.filter { !$0.rows.isEmpty }
        guard filled.count == 1, let batch = filled.first, batch.rows.count == 1 else { return nil }
        return batch
    }
}
