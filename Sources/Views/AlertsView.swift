import Console
public import Ledger
import Pipelines
import Planning
import Words

/// Alerts for people.
public struct AlertsView {
    private let reports: [AlertReport]
    private let all: Bool

    /// Alerts, newest first; `all` when those that are over were asked for, too.
    public init(_ reports: [AlertReport], all: Bool) {
        self.reports = reports
        self.all = all
    }

    /// A table, and what is said of each and to whom.
    public var lines: [String] {
        guard !reports.isEmpty else { return [all ? "No alert is known." : "No alert stands."] }
        return table.lines + reports.flatMap(details)
    }

    private var table: TextTable {
        var table = TextTable([
            ("alert", .right), ("rule", .left), ("of", .left), ("load", .right),
            ("since (UTC)", .left), ("over (UTC)", .left),
        ])
        for alert in reports.map(\.alert) {
            table.add([
                String(alert.id), alert.rule.rawValue, alert.place,
                alert.load.map(String.init) ?? "", Wording.time(alert.since),
                Wording.time(alert.over),
            ])
        }
        return table
    }

    private func details(_ report: AlertReport) -> [String] {
        let alert = report.alert
        let end = alert.overBecause.map { "; over: \($0)" } ?? ""
        return
            ([
                "\(alert.id): \(alert.summary)\(end)"
            ] + report.messages.map { "\(alert.id): \($0.words)" })
            .map(VisibleText.line)
    }
}

extension AlertMessageReport {
    /// Whom it was told, in words.
    fileprivate var words: String {
        let what = isOver ? "that it is over" : "it"
        let result =
            switch state {
            case .told: "told \(what) \(Wording.time(told))"
            case .lost: "never told \(what)"
            case .open where told != nil: "told \(what), last \(Wording.time(told))"
            case .open: "not told \(what) yet"
            }
        return "\(target): \(result)" + (failure.map { ": \($0)" } ?? "")
    }
}
