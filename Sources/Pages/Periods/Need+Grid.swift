package import Ledger
import Markup
import Planning
import Words

extension Need {
    /// Periods of a table that stand alike.
    package init(_ need: GridNeed) {
        let name = "\(need.schema).\(need.table)"
        let periods = need.periods == 1 ? need.newest : counted(need.periods, "period")
        let mark = StateMark(need.standing)
        let verb = need.periods == 1 ? "is" : "are"
        let link =
            need.load.map { Link("loads", String($0)).with("tasks", "failed") }
            ?? Link("tables", need.schema, need.table, "periods", need.newest)
        self.init(
            mark,
            mark == .failed
                ? "\(name) \(periods) failed" : "\(name) \(periods) \(verb) \(mark.rawValue)",
            text: need.reason ?? "",
            action: "Why",
            link: link,
            act: Self.act(need)
        )
    }

    /// Failed tasks are tried again by their load, stale periods are loaded again.
    private static func act(_ need: GridNeed) -> PageAct? {
        switch need.standing {
        case .failed: need.load.map { .order("retry", about: String($0)) }
        case .stale: .periods("load", need.labels, of: need.pipeline)
        case .overdue, .loading, .pending, .loaded, .closed: nil
        }
    }

    /// Open rejects.
    ///
    /// - Parameter count: How many there are, or one more than are counted.
    package init?(openRejects count: Int) {
        guard count > 0 else { return nil }
        let isMore = count > RejectDesk.mostOpen
        let words =
            isMore ? "More than \(grouped(RejectDesk.mostOpen))" : grouped(count)
        self.init(
            .stale,
            "\(words) \(agreeing(count, "reject is", "rejects are")) open",
            text: "Rows that sources had and that no table has.",
            action: "Explore",
            link: Link("rejects")
        )
    }
}
