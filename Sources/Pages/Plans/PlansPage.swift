package import Ledger
package import Markup
import Words

/// Plans that were made, the newest first.
package struct PlansPage: Page {
    /// The most plans of the page.
    package static let mostPlans = 100

    /// The plans.
    package let plans: [PlanSummary]

    package init(plans: [PlanSummary]) { self.plans = plans }

    package var heading: String { "Plans" }
    package var tab: PageSection { .plans }
    package var command: String? { "longshore plan FOLDER --effects" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            sub: Markup(text: "What loads would do; they are kept for 30 days")
        )
        section(.class("panel"), .label("Plans")) {
            PageParts.list(
                ["Plan", "Pipeline", "Periods", "Rehearsed", "Made by", "At"],
                rows: plans.map { plan in
                    tr {
                        td(.class("mono")) {
                            a(.href(Link("plans", plan.shortDigest))) { plan.shortDigest }
                        }
                        td { plan.pipeline }
                        td(.class("mono")) { plan.span }
                        td { plan.hasEffects ? "yes" : "no" }
                        td { plan.madeBy }
                        td(.class("nowrap")) { Figures.time(plan.madeAt) }
                    }
                },
                empty: "No plan was made in the last 30 days."
            )
        }
    }
}

extension PlanSummary {
    /// What people call it.
    var shortDigest: String { String(Substring(digest.utf8.prefix(12))) }

    /// Its periods: `2026-01 to 2026-12 (12)`.
    var span: String {
        guard let first, let last else { return "–" }
        return first == last ? first : "\(first) to \(last) (\(grouped(periods)))"
    }
}
