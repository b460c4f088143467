import Pipelines
import Rows
import Words

/// Reads lines whose columns are as wide in each, from bytes that come in pieces of any size.
///
/// A line is read as a record of one column of CSV without quotes, and cut then; so encodings, skipped lines and line ends
/// are those of ``CSVReader``. Its liberties and limits:
/// - A column is as wide as so many Unicode scalars. Blanks around a field are none of it; a blank one is nothing.
/// - A line has to be as long as all columns, lest what was cut off of it is taken for less. It may be longer by blanks;
///   shorter only where blanks at its end may have been cut off.
struct FixedWidthReader: RecordDecoder {
    let header: [ExactText]?
    private var lines: CSVReader
    private let widths: [Int]
    /// Characters of a line.
    private let width: Int
    private let isTrimmed: Bool
    private let nulls: CSVNulls

    /// A reader of one input.
    ///
    /// - Parameters:
    ///   - name: The input's name, for messages.
    ///   - input: The input's place among its reader's.
    ///   - layout: Where its columns are.
    ///   - limits: What it may hold at most.
    init(name: String, input: Int, layout: FixedWidth, limits: CSVLimits = CSVLimits()) {
        widths = layout.columns.map(\.width)
        width = layout.width
        isTrimmed = layout.isTrimmed
        header = layout.columns.map(\.name).exact
        nulls = CSVNulls(CSVDialect(nulls: layout.nulls))
        let line = CSVDialect(
            delimiter: 0,
            encoding: layout.encoding,
            columns: ["line"],
            skip: layout.skip,
            hasQuotes: false
        )
        lines = CSVReader(name: name, input: input, dialect: line, limits: limits)
    }

    var hasMore: Bool { lines.hasMore }

    mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch? {
        try lines.read(chunk).map(cut)
    }

    mutating func finish() throws(ExtractionError) -> RowBatch? {
        try lines.finish().map(cut)
    }

    // MARK: Lines

    private static let blank = UInt8(ascii: " ")

    private func cut(_ batch: RowBatch) -> RowBatch {
        var cut = batch
        cut.columns = header
        cut.fields = []
        cut.fields.reserveCapacity(batch.rows.count * widths.count)
        cut.faults = []
        for index in batch.rows.indices {
            let row = batch.rows[index]
            // A line with a NUL, which would part two fields, is one all the same.
            let fault = row.fault < 0 ? nil : batch.faults[row.fault]
            let first = cut.fields.count
            let raw = row.rawStart..<row.rawStart + row.rawLength
            let trouble =
                fault.flatMap { $0.rule == "fields" ? nil : $0 }
                ?? fields(of: raw, in: batch.bytes.span, into: &cut.fields)
            if let trouble {
                cut.fields.removeSubrange(first...)
                cut.fields += widths.map { _ in Self.nothing(at: raw.lowerBound) }
                cut.faults.append(trouble)
            } else {
                nulls.blank(&cut.fields, from: first, in: batch.bytes.span)
            }
            cut.rows[index].firstField = first
            cut.rows[index].fieldCount = widths.count
            cut.rows[index].fault = trouble == nil ? -1 : cut.faults.count - 1
        }
        return cut
    }

    /// Appends the fields of a line; says what is wrong with one that has not the width of all columns.
    private func fields(
        of line: Range<Int>,
        in bytes: Span<UInt8>,
        into fields: inout [RowBatch.FieldSlice]
    ) -> RowFault? {
        var place = line.lowerBound
        var missing = 0
        for columnWidth in widths {
            let start = place
            missing +=
                columnWidth - skip(columnWidth, in: bytes, from: &place, to: line.upperBound)
            fields.append(Self.field(from: start, to: place, in: bytes))
        }
        guard missing == 0 || isTrimmed else {
            return .width(width - missing, of: width)
        }
        let rest = Self.field(from: place, to: line.upperBound, in: bytes)
        guard rest.length > 0 else { return nil }
        return .width(
            width + skip(.max, in: bytes, from: &place, to: line.upperBound),
            of: width
        )
    }

    /// Passes over so many characters, or those that there are; gives their number.
    private func skip(
        _ count: Int,
        in bytes: Span<UInt8>,
        from place: inout Int,
        to end: Int
    ) -> Int {
        var passed = 0
        while passed < count, place < end {
            place += 1
            while place < end, bytes[place] & 0xc0 == 0x80 { place += 1 }
            passed += 1
        }
        return passed
    }

    /// What is between the blanks.
    private static func field(
        from start: Int,
        to end: Int,
        in bytes: Span<UInt8>
    ) -> RowBatch.FieldSlice {
        var (start, end) = (start, end)
        while start < end, bytes[start] == blank { start += 1 }
        while start < end, bytes[end - 1] == blank { end -= 1 }
        return RowBatch.FieldSlice(start: start, length: end - start, wasQuoted: false)
    }

    private static func nothing(at place: Int) -> RowBatch.FieldSlice {
        RowBatch.FieldSlice(start: place, length: 0, wasQuoted: false)
    }
}

extension RowFault {
    /// A line is not as wide as all columns.
    fileprivate static func width(_ count: Int, of width: Int) -> RowFault {
        RowFault(
            rule: "width",
            reason: "it has \(counted(count, "character")), where the columns have \(width)"
        )
    }
}
