public import Ledger
import Planning
import Words

/// One refused row and everything that is known of it.
public struct RejectView {
    private let row: RejectedRow

    /// A refused row.
    public init(_ row: RejectedRow) {
        self.row = row
    }

    /// The same for machines.
    public var forMachines: some Encodable { ShownReject(row) }

    /// What is known of it, line by line, and the row as it was read.
    public var lines: [String] {
        let report = row.report
        let place = sliceLabel(report.period, of: report.table)
        let column = report.column.map { " on `\($0)`" } ?? ""
        var facts = [
            ("rule", "`\(report.rule)`\(column): \(report.reason)"),
            ("source", "\(report.source), line \(report.line), byte \(report.byteOffset)"),
            ("refused", "\(Wording.time(report.refusedAt)) UTC by load task \(report.task)"),
            ("definition", row.definition),
        ]
        if let input = row.input { facts.append(("input", input)) }
        if let person = report.waivedBy {
            let reason = report.waiver ?? ""
            facts.append(("waived", "\(Wording.time(report.waivedAt)) UTC by \(person): \(reason)"))
        }
        if let task = report.fixedBy {
            facts.append(("fixed", "\(Wording.time(report.fixedAt)) UTC by load task \(task)"))
        }
        if !row.header.isEmpty {
            facts.append(("columns", row.header.texts.joined(separator: ", ")))
        }
        return ["reject \(report.reject) of \(place): \(report.state.rawValue)"]
            + facts.map { name, text in
                let blanks = String(repeating: " ", count: 12 - name.count)
                return "  \(name)\(blanks)\(VisibleText.line(text))"
            } + ["", String(decoding: row.raw, as: UTF8.self)]
    }
}

/// A reject and its row for machines.
private struct ShownReject: Encodable {
    let reject: RejectReport
    let raw: String
    let columns: [String]
    let input: String?
    let definition: String

    init(_ row: RejectedRow) {
        reject = row.report
        raw = String(decoding: row.raw, as: UTF8.self)
        columns = row.header.texts
        input = row.input
        definition = row.definition
    }
}
