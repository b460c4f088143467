package import Ledger
package import Markup
import Words

/// Exports, and what of them is not delivered.
package struct ExportsPage: Page {
    /// The exports.
    package let exports: [ExportSummary]

    package init(exports: [ExportSummary]) { self.exports = exports }

    package var heading: String { "Exports" }
    package var tab: PageSection { .exports }
    package var command: String? { "longshore exports list PIPELINE" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            sub: Markup(text: counted(exports.count, "export"))
        )
        section(.class("panel"), .label("Exports")) {
            PageParts.list(
                [
                    "Pipeline", "Export", .number("Rows"), "Computed", "Delivered",
                    .number("To deliver"), .number("Refused"), "Since", "Why",
                ],
                rows: exports.map(row),
                empty: "No pipeline has an export that was computed."
            )
        }
    }

    private func row(_ export: ExportSummary) -> Markup {
        tr {
            td { export.pipeline }
            td { a(.href(Link("exports", export.pipeline, export.export))) { export.export } }
            td(.class("num")) { export.rows.map(grouped) ?? "–" }
            td(.class("nowrap")) { Figures.time(export.computedAt) }
            td(.class("nowrap")) { Figures.time(export.deliveredAt) }
            td(.class("num")) { grouped(export.open) }
            td(.class("num")) { grouped(export.dead) }
            td(.class("nowrap")) { Figures.time(export.openSince) }
            td(.class("small")) { export.failure ?? "" }
        }
    }
}
