public import Ledger
public import Pipelines
import Planning

extension Due {
    /// Rows of the control table together with what has changed since, what changed of tables that are
    /// not among them, and the periods that wait for their files.
    ///
    /// - Parameters:
    ///   - reports: Rows of the control table, of this pipeline and perhaps of others.
    ///   - pipeline: The pipeline.
    /// - Returns: All of them, by pipeline, table and period.
    public func completing(_ reports: [PeriodReport], of pipeline: Pipeline) -> [PeriodReport] {
        var reports = reports
        func index(_ table: String, _ period: String) -> Int {
            let name = "\(pipeline.schema).\(table)"
            let known = reports.firstIndex { $0.table == name && $0.period == period }
            if let known { return known }
            reports.append(
                PeriodReport(
                    pipeline: pipeline.name,
                    table: name,
                    period: period,
                    state: .pending
                )
            )
            return reports.count - 1
        }
        for change in changes {
            let known = reports.count
            let place = index(change.table, change.period)
            reports[place].changes = change.reasons
            if place == known { reports[place].state = .loaded }
            if change.isDue, reports[place].state == .loaded { reports[place].state = .stale }
        }
        for wait in awaited {
            let place = index(wait.table, wait.period.label)
            reports[place].state = .awaited
            reports[place].reason =
                [reports[place].reason, wait.reason].compactMap(\.self).joined(separator: "; ")
        }
        return reports.sorted {
            ($0.pipeline, $0.table, $0.period) < ($1.pipeline, $1.table, $1.period)
        }
    }
}
