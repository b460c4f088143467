import Extraction
public import Ledger
import Pipelines
import Planning
import Rows
public import Words

/// Rejects of one table as CSV (RFC 4180): the source's columns as they were, then what is known of
/// the refusal.
///
/// A row that does not fit under the source's columns, because it has too many fields, an open quote
/// or columns of its own, is whole in the column `reject_raw`.
public struct RejectSheet: Sendable {
    private let columns: [ExactText]
    private let isForSpreadsheet: Bool

    private static let knownColumns = [
        "reject_number", "reject_task", "reject_table", "reject_period", "reject_source",
        "reject_line", "reject_byte_offset", "reject_column", "reject_rule", "reject_reason",
        "reject_state", "reject_raw",
    ]

    /// A sheet for rows of a source with these columns.
    ///
    /// - Parameters:
    ///   - columns: The names of the source's columns.
    ///   - isForSpreadsheet: Whether cells that a spreadsheet would compute have a `'` before
    ///     them, which makes them text there. Without it every cell is what it was.
    public init(columns: [ExactText], isForSpreadsheet: Bool = false) {
        self.columns = columns
        self.isForSpreadsheet = isForSpreadsheet
    }

    /// The first line.
    public var header: [UInt8] {
        line((columns.texts + Self.knownColumns).map { Array($0.utf8) })
    }

    /// The line of a row; it may take several lines of text where a field holds line ends.
    public func line(_ row: RejectedRow) -> [UInt8] {
        let fields = fields(of: row)
        let empty = [[UInt8]](repeating: [], count: columns.count)
        let report = row.report
        let known = [
            String(report.reject), report.task, report.table, report.period, report.source,
            String(report.line), String(report.byteOffset), report.column ?? "", report.rule,
            report.reason, report.state.rawValue,
        ]
        let raw = fields == nil ? row.raw : []
        return line((fields ?? empty) + known.map { Array($0.utf8) } + [raw])
    }

    /// The row's fields below the sheet's columns, by their names; `nil` when it has others, too.
    private func fields(of row: RejectedRow) -> [[UInt8]]? {
        guard let fields = row.fields else { return nil }
        // Several columns may be without a name.
        if row.header == columns { return fields }
        guard Set(row.header).isSubset(of: columns) else { return nil }
        return columns.map { name in row.header.firstIndex(of: name).map { fields[$0] } ?? [] }
    }

    private func line(_ fields: [[UInt8]]) -> [UInt8] {
        let cells = isForSpreadsheet ? fields.map(SpreadsheetCell.defused) : fields
        return Array(cells.map(CSVField.written).joined(separator: [UInt8(ascii: ",")]))
            + Array("\r\n".utf8)
    }
}

extension RejectedRow {
    /// The row's fields, one for each name of ``header``; `nil` when the row cannot be read so.
    public var fields: [[UInt8]]? { Self.fields(of: raw, header, format) }

    /// The fields of a row's bytes, one for each name of its header; `nil` when it cannot be read so.
    static func fields(of raw: [UInt8], _ header: [ExactText], _ format: Format) -> [[UInt8]]? {
        var reader = SingleRecordReader(format, columns: header)
        guard !header.isEmpty, let batch = reader.read(raw),
            let row = batch.rows.first, row.fault < 0, row.fieldCount == header.count
        else { return nil }
        return (0..<row.fieldCount).map { Array(batch.field($0, of: row)) }
    }
}
