package import Ledger
package import Markup
import Planning
import Words

/// The newest loads.
package struct LoadsPage: Page {
    /// The loads, the newest first.
    package let loads: [LoadReport]

    package init(loads: [LoadReport]) { self.loads = loads }

    package var heading: String { "Loads" }
    package var tab: PageSection { .loads }
    package var command: String? { "longshore status" }

    @MarkupBuilder package var content: Markup {
        div(.class("head")) {
            div {
                h1 { "Loads" }
                p(.class("sub")) { "the newest \(counted(loads.count, "load"))" }
            }
        }
        section(.class("panel")) {
            if loads.isEmpty {
                p(.class("body dim")) { "Nothing was loaded yet." }
            } else {
                div(.class("scroll")) { list }
            }
        }
    }

    private var list: Markup {
        table {
            thead {
                tr {
                    for name in ["Load", "Pipeline", "State", "Periods"] {
                        th(.scope("col")) { name }
                    }
                    th(.class("num"), .scope("col")) { "Tasks" }
                    th(.scope("col")) { "Asked for by" }
                    th(.scope("col")) { "At" }
                    th(.class("num"), .scope("col")) { "Took" }
                }
            }
            tbody { for load in loads { row(load) } }
        }
    }

    private func row(_ load: LoadReport) -> Markup {
        let all = load.tasks.values.reduce(0, +)
        return tr {
            td { a(.href(Link("loads", String(load.load)))) { String(load.load) } }
            td { load.pipeline }
            td { StateMark(load.state).word(load.standing.description) }
            td(.class("mono")) { load.periods ?? "–" }
            td(.class("num")) {
                "\(Figures.whole(load.tasks[.done] ?? 0)) of \(Figures.whole(all))"
            }
            td { load.requestedBy }
            td(.class("nowrap")) { load.createdAt }
            td(.class("num")) { DurationWords.measured(seconds: load.seconds) }
        }
    }
}
