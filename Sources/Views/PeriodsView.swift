import Console
public import Ledger
import Planning
import Words

/// The control table for people.
public struct PeriodsView {
    private let periods: [PeriodReport]

    /// Lines of the control table.
    public init(_ periods: [PeriodReport]) {
        self.periods = periods
    }

    /// A line for each table and period, those that wait for their files together.
    public var lines: [String] {
        var table = TextTable([
            ("pipeline", .left), ("table", .left), ("period", .left), ("state", .left),
            ("rows", .right), ("rejected", .right), ("load", .right), ("loaded (UTC)", .left),
            ("reason", .left),
        ])
        for period in Self.shortened(periods) {
            table.add([
                period.pipeline, period.table, period.period, period.state.rawValue,
                period.rows.map(grouped) ?? "", period.rejected.map(grouped) ?? "",
                period.loadedBy.map(String.init) ?? "", Wording.time(period.loadedAt),
                reason(period),
            ])
        }
        return table.lines
    }

    /// A line for each period that somebody has changed.
    public static func lines(of changes: [PeriodChange]) -> [String] {
        var table = TextTable([("table", .left), ("period", .left), ("state", .left)])
        for change in changes { table.add([change.table, change.period, change.state.rawValue]) }
        return table.lines
    }

    /// Periods in a row that wait for their files as one row: `2024-03..2024-12`.
    private static func shortened(_ reports: [PeriodReport]) -> [PeriodReport] {
        var short: [PeriodReport] = []
        for report in reports {
            guard report.state == .awaited, report.loadedBy == nil, let last = short.last,
                last.state == .awaited, last.loadedBy == nil, last.table == report.table
            else {
                short.append(report)
                continue
            }
            let first = last.period.split(separator: "..").first.map(String.init) ?? last.period
            short[short.count - 1].period = "\(first)..\(report.period)"
        }
        return short
    }

    private func reason(_ period: PeriodReport) -> String {
        let changes =
            period.changes.isEmpty ? nil : "changed: \(period.changes.joined(separator: "; "))"
        let reason = [period.reason, changes].compactMap(\.self).joined(separator: "; ")
        guard let person = period.closedBy else { return reason }
        return reason.isEmpty ? "by \(person)" : "\(reason) (\(person))"
    }
}
