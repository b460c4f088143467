package import Ledger
package import Markup
import Planning
import Words

/// Loads, the newest first.
package struct LoadsPage: Page {
    /// The most loads of a page.
    package static let mostLoads = 100

    /// The loads.
    package let loads: [LoadReport]
    /// The pipeline that they are of; `nil` for all.
    package let pipeline: String?
    /// The number before which the next page begins, where there is one.
    package let next: Int64?

    /// A page.
    ///
    /// - Parameters:
    ///   - loads: The loads, and one more where there are more than ``mostLoads``.
    ///   - pipeline: The pipeline that they are of.
    package init(loads: [LoadReport], pipeline: String? = nil) {
        self.loads = Array(loads.prefix(Self.mostLoads))
        self.pipeline = pipeline
        next = loads.count > Self.mostLoads ? self.loads.last?.load : nil
    }

    package var heading: String { "Loads" }
    package var tab: PageSection { .loads }
    package var command: String? { "longshore status" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: "Loads"),
            sub: Markup(
                text: counted(loads.count, "load") + (pipeline.map { " of \($0)" } ?? "")
                    + ", the newest first"
            )
        )
        section(.class("panel"), .label("Loads")) {
            PageParts.list(
                [
                    "Load", "Pipeline", "State", "Periods", .number("Tasks"), "Asked for by", "At",
                    .number("Took"),
                ],
                rows: loads.map(row),
                empty: "Nothing was loaded yet."
            )
            PageParts.more(
                next.map { Link("loads").with("pipeline", pipeline).with("before", String($0)) }
            )
        }
    }

    private func row(_ load: LoadReport) -> Markup {
        let all = load.tasks.values.reduce(0, +)
        return tr {
            td { a(.href(Link("loads", String(load.load)))) { String(load.load) } }
            td { a(.href(Link("loads").with("pipeline", load.pipeline))) { load.pipeline } }
            td { StateMark(load.state).word(load.standing.description) }
            td(.class("mono")) { load.periods ?? "–" }
            td(.class("num")) {
                "\(grouped(load.tasks[.done] ?? 0)) of \(grouped(all))"
            }
            td { load.requestedBy }
            td(.class("nowrap")) { Figures.time(load.createdAt) }
            td(.class("num")) { DurationWords.measured(seconds: load.seconds) }
        }
    }
}
