package import Ledger
import Markup
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
            link: link
        )
    }
}
