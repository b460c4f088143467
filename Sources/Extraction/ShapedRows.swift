import Rows

/// Rows that are made of objects, in a buffer of their own, batch by batch.
///
/// A batch has room for so many, however long the array is of which an object makes them: the rest waits. Where a row
/// stands in its input is where its object does; what is kept of it is the row: see ``RowShaping/mostUnread``.
struct ShapedRows: Sendable {
    private let name: String
    private let shaping: RowShaping
    private let limits: CSVLimits
    private var bytes: [UInt8] = []
    private var rows: [Row] = []
    /// The object that has more rows, perhaps.
    private var current: ShapedObject?

    private struct Row {
        let range: Range<Int>
        let place: JSONRecords.Place
        let refusal: RowFault?
    }

    /// Bytes from which on a batch has no room.
    private static let batchBytes = 1 << 20

    /// Without rows.
    ///
    /// - Parameters:
    ///   - name: The input's name, for messages.
    ///   - shaping: Makes rows of objects.
    ///   - limits: What an object may hold at most.
    init(name: String, shaping: RowShaping, limits: CSVLimits) {
        (self.name, self.shaping, self.limits) = (name, shaping, limits)
    }

    /// Whether another object may be added before the batch is taken.
    func hasRoom(in records: JSONRecords?) -> Bool { current == nil && isRoomy(records) }

    private func isRoomy(_ records: JSONRecords?) -> Bool {
        bytes.count < Self.batchBytes && records?.hasRoom(for: rows.count) ?? true
    }

    /// Adds the rows of an object, as many as there is room for in a batch.
    ///
    /// - Throws: ``ExtractionError`` when with its fields it is larger than a record may be.
    mutating func add(
        _ object: [UInt8],
        at place: JSONRecords.Place,
        in records: JSONRecords?
    ) throws(ExtractionError) {
        let shaped = shaping.object(object, at: place, reading: records?.columns.declaredNames)
        guard shaped.size <= limits.recordBytes else {
            throw .tooLarge(name, at: place, isField: false, limits)
        }
        current = shaped
        resume(in: records)
    }

    /// Adds more rows of the object that has them.
    mutating func resume(in records: JSONRecords?) {
        while isRoomy(records), current != nil {
            let start = bytes.count
            guard current?.writeNext(to: &bytes) == true, let object = current else {
                current = nil
                return
            }
            let range = start..<bytes.count
            rows.append(Row(range: range, place: object.place, refusal: object.refusal))
        }
    }

    /// Whether it has no rows.
    var isEmpty: Bool { rows.isEmpty }

    /// Shows the rows to a search for their columns.
    func show(to search: inout JSONPathSearch) {
        for row in rows where row.refusal == nil {
            search.look(at: bytes.span, from: row.range.lowerBound, to: row.range.upperBound)
        }
    }

    /// The rows as records, which are then forgotten here.
    mutating func takeBatch(
        of records: inout JSONRecords?
    ) throws(ExtractionError) -> RowBatch? {
        let (made, rows) = (bytes, rows)
        (bytes, self.rows) = ([], [])
        for row in rows {
            let (start, end) = (row.range.lowerBound, row.range.upperBound)
            if let fault = row.refusal {
                records?.refuse(from: start, to: end, at: row.place, because: fault)
            } else {
                try records?.add(made.span, from: start, to: end, at: row.place)
            }
        }
        return records?.takeBatch(made)
    }
}
