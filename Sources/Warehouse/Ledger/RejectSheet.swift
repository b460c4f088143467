import Extraction
import Pipelines
import Rows

/// Rejects of one table as CSV (RFC 4180): the source's columns as they were, then what is known of
/// the refusal.
///
/// A row that does not fit under the source's columns, because it has too many fields, an open quote
/// or columns of its own, is whole in the column `reject_raw`.
public struct RejectSheet: Sendable {
    private let columns: [String]

    private static let knownColumns = [
        "reject_number", "reject_task", "reject_table", "reject_period", "reject_source",
        "reject_line", "reject_byte_offset", "reject_column", "reject_rule", "reject_reason",
        "reject_state", "reject_raw",
    ]

    /// A sheet for rows of a source with these columns.
    public init(columns: [String]) {
        self.columns = columns
    }

    /// The first line.
    public var header: [UInt8] {
        Self.line((columns + Self.knownColumns).map { Array($0.utf8) })
    }

    /// The line of a row; it may take several lines of text where a field holds line ends.
    public func line(_ row: RejectedRow) -> [UInt8] {
        let fields = fields(of: row)
        let empty = [[UInt8]](repeating: [], count: columns.count)
        let report = row.report
        let known = [
            String(report.reject), report.task, report.table, report.period, report.source,
            String(report.line), String(report.byteOffset), report.column ?? "", report.rule,
            report.reason, report.state,
        ]
        let raw = fields == nil ? row.raw : []
        return Self.line((fields ?? empty) + known.map { Array($0.utf8) } + [raw])
    }

    /// The row's fields below the sheet's columns, by their names; `nil` when it has others, too.
    private func fields(of row: RejectedRow) -> [[UInt8]]? {
        guard Set(row.header).isSubset(of: columns), let fields = row.fields else { return nil }
        if row.header == columns { return fields }
        return columns.map { name in row.header.firstIndex(of: name).map { fields[$0] } ?? [] }
    }

    private static func line(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.map(quoted).joined(separator: [UInt8(ascii: ",")])) + Array("\r\n".utf8)
    }

    /// In quotes when it needs them.
    private static func quoted(_ field: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        let special: Set = [quote, UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        guard field.contains(where: special.contains) else { return field }
        return [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}

extension RejectedRow {
    /// The row's fields, one for each name of ``header``; `nil` when the row cannot be read so.
    public var fields: [[UInt8]]? { Self.fields(of: raw, header, delimiter) }

    /// The fields of a row's bytes, one for each name of its header; `nil` when it cannot be read so.
    static func fields(of raw: [UInt8], _ header: [String], _ delimiter: UInt8) -> [[UInt8]]? {
        guard !header.isEmpty else { return nil }
        var reader = CSVReader(name: "reject", dialect: CSVDialect(delimiter: delimiter))
        let names = header.indices.map(String.init)
            .joined(separator: String(Unicode.Scalar(delimiter)))
        let text = Array(names.utf8) + [UInt8(ascii: "\n")] + raw
        do {
            let batches = [try reader.read(text.span), try reader.finish()].compactMap(\.self)
            let found = batches.flatMap { batch in batch.rows.map { (batch, $0) } }
            guard found.count == 1, let (batch, row) = found.first, row.fault < 0,
                row.fieldCount == header.count
            else { return nil }
            return (0..<row.fieldCount).map { Array(batch.field($0, of: row)) }
        } catch {
            return nil
        }
    }
}
