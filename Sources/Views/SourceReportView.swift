import Console
public import Survey
import Words

/// What a check of sources found, for people.
public struct SourceReportView {
    private let report: SourceReport

    /// What was found.
    public init(_ report: SourceReport) {
        self.report = report
    }

    /// All of it: samples, rejects, findings, and the sum.
    public var text: String {
        var lines: [String] = []
        if !report.samples.isEmpty { lines += samples.lines + [""] }
        if report.samples.contains(where: { !$0.rejects.isEmpty }) { lines += rejects.lines + [""] }
        for finding in report.findings {
            lines.append("\(finding.severity.rawValue): \(finding.subject): \(finding.message)")
        }
        if !report.findings.isEmpty { lines.append("") }
        lines.append(sum)
        return lines.joined(separator: "\n")
    }

    private var samples: TextTable {
        var table = TextTable([
            ("table", .left), ("period", .left), ("rows", .right), ("good", .right),
            ("rejected", .right), ("doubled", .right),
        ])
        for sample in report.samples {
            let rejected = sample.rejects.reduce(0) { $0 + $1.rows }
            table.add(
                [sample.table, sample.period]
                    + [sample.rows, sample.good, rejected, sample.doubled].map(grouped)
            )
        }
        return table
    }

    private var rejects: TextTable {
        var table = TextTable([
            ("rejected", .right), ("rule", .left), ("column", .left), ("table", .left),
            ("first", .left),
        ])
        for sample in report.samples {
            for count in sample.rejects {
                table.add([
                    grouped(count.rows), count.rule, count.column ?? "", sample.table,
                    "\(count.firstInput):\(count.firstLine)",
                ])
            }
        }
        return table
    }

    private var sum: String {
        let errors = report.findings.count { $0.severity == .error }
        let warnings = report.findings.count { $0.severity == .warning }
        let rows = report.samples.reduce(0) { $0 + $1.rows }
        return "\(counted(rows, "row")) judged; \(counted(errors, "error")), "
            + counted(warnings, "warning")
    }
}
