import Pipelines
import Rows
import Words

/// The first records of a CSV file, read to see how it is written.
struct SampleRecords {
    /// How it is written: what was given, and what the records show besides.
    private(set) var dialect: CSVDialect
    /// What is worth knowing of that: sentences for people.
    private(set) var remarks: [String] = []

    private let batch: RowBatch

    /// Judges a text in UTF-8 that may be cut off.
    ///
    /// - Parameters:
    ///   - text: What the file begins with.
    ///   - dialect: Its delimiter, and the lines before its header.
    init(_ text: [UInt8], _ dialect: CSVDialect) {
        let end = text.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
        let records = text[..<end]
        let readings = Self.dialects(dialect, of: records)
            .compactMap { dialect in Self.read(records, dialect).map { (dialect, $0) } }
        let best = readings.first { Self.isClean($1, of: end) } ?? readings.first
        batch = best?.1.batch ?? RowBatch()
        self.dialect = best?.0 ?? dialect
        if dialect.skip.before > 0 {
            let lines = dialect.skip.before
            remarks.append(
                lines == 1
                    ? "its first line is no row: `skip: 1`"
                    : "its first \(lines) lines are no rows: `skip: \(lines)`"
            )
        }
        if !self.dialect.hasQuotes {
            remarks.append("its quotes enclose nothing: `quote: none`")
        }
        if self.dialect.hasEscapes {
            remarks.append("a backslash makes data of what stands behind it: `escape: backslash`")
        }
        findNulls()
        findColumns()
    }

    // MARK: Quotes and escapes

    /// The dialects that it may be in, the usual first.
    private static func dialects(
        _ dialect: CSVDialect,
        of text: ArraySlice<UInt8>
    ) -> [CSVDialect] {
        let hasBackslash = text.contains(UInt8(ascii: "\\"))
        let hasQuote = text.contains(UInt8(ascii: "\""))
        var dialects = [dialect]
        if hasBackslash { dialects.append(with(dialect) { $0.hasEscapes = true }) }
        if hasQuote { dialects.append(with(dialect) { $0.hasQuotes = false }) }
        if hasBackslash && hasQuote {
            dialects.append(with(dialect) { ($0.hasQuotes, $0.hasEscapes) = (false, true) })
        }
        return dialects
    }

    private static func with(
        _ dialect: CSVDialect,
        _ change: (inout CSVDialect) -> Void
    ) -> CSVDialect {
        var dialect = dialect
        change(&dialect)
        return dialect
    }

    /// Records of a text, and where the one begins that its end has cut, or that an open quote has made of it.
    private typealias Reading = (batch: RowBatch, cutFrom: Int?)

    /// All records that have ended, a header among them; the one that has not where there are no others.
    private static func read(_ text: ArraySlice<UInt8>, _ dialect: CSVDialect) -> Reading? {
        var dialect = dialect
        // Any number of columns: how many there are the records tell.
        (dialect.columns, dialect.encoding) = ([""], .utf8)
        var reader = CSVReader(name: "", dialect: dialect, isSample: true)
        let first = try? reader.read(Array(text).span)
        let last = try? reader.finish()
        guard let first else { return last.map { ($0, nil) } }
        return (first, last?.rows.first?.byteOffset)
    }

    /// Whether all records have as many fields, and quotes that are closed; but for the last one, which may
    /// be cut off.
    private static func isClean(_ reading: Reading, of length: Int) -> Bool {
        let batch = reading.batch
        guard reading.cutFrom ?? length > length / 2, let first = batch.rows.first,
            let last = batch.rows.last
        else { return false }
        let rows = last.rawStart > length / 2 ? batch.rows.dropLast() : batch.rows[...]
        return rows.allSatisfy { row in
            row.fieldCount == first.fieldCount
                && (row.fault < 0 || batch.faults[row.fault].rule == "fields")
        }
    }

    // MARK: Nulls

    /// `\N` is what databases write for nothing, and nothing else.
    private mutating func findNulls() {
        guard !dialect.hasEscapes else { return }
        let isThere = batch.rows.contains { row in
            (0..<row.fieldCount)
                .contains { index in
                    !batch.fields[row.firstField + index].wasQuoted
                        && batch.field(index, of: row).elementsEqual("\\N".utf8)
                }
        }
        guard isThere else { return }
        dialect.nulls = ["\\N"]
        remarks.append(#"`\N` stands for nothing: `nulls: '\N'`"#)
    }

    // MARK: Columns

    /// Rows below the first that must be like it.
    private static let fewestBelow = 2

    /// A first record that has numbers or dates where all others have them is no header.
    private mutating func findColumns() {
        guard let first = batch.rows.first, batch.rows.count > Self.fewestBelow else { return }
        let below = batch.rows.dropFirst().filter { $0.fieldCount == first.fieldCount }
        guard below.count >= Self.fewestBelow else { return }
        let isRow = (0..<first.fieldCount)
            .contains { column in
                let name = batch.field(column, of: first)
                let kind = Self.figure(name)
                let values = below.map { batch.field(column, of: $0) }.filter { !$0.isEmpty }
                return kind != nil && !Self.isYear(name) && values.count >= Self.fewestBelow
                    && values.allSatisfy { Self.figure($0) == kind }
            }
        guard isRow else { return }
        dialect.columns = (1...first.fieldCount).map { ExactText("column_\($0)") }
        remarks.append(
            "its first line is a row like the others: give its columns names in `columns`"
        )
    }

    /// What is made of digits and signs.
    private enum Figure {
        case number
        case time
    }

    /// What a field is that is made of digits and of what stands between those of numbers, dates and times.
    private static func figure(_ field: ArraySlice<UInt8>) -> Figure? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let (signs, marks) = (Set("+-".utf8), Set("+-.,:/ TZ".utf8))
        guard field.contains(where: digits.contains),
            field.allSatisfy({ digits.contains($0) || marks.contains($0) })
        else { return nil }
        let inner = signs.contains(field[field.startIndex]) ? field.dropFirst() : field
        let points = Set(".,".utf8)
        return inner.allSatisfy { digits.contains($0) || points.contains($0) } ? .number : .time
    }

    /// Whether it is what a header may have over numbers: `2024`.
    private static func isYear(_ field: ArraySlice<UInt8>) -> Bool {
        let number = Int(String(decoding: field, as: UTF8.self))
        return field.count == 4 && number.map { (1900...2100).contains($0) } == true
    }
}
