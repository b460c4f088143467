import Charts
package import Dashboards
package import Markup
import Pipelines

/// A panel by itself: its picture, all of its rows, what they rest on, and its SQL.
package struct PanelPage: Page {
    /// A view with that panel alone.
    package let view: DashboardView
    /// What is known of where its figures were read from.
    package let origin: SealOrigin

    package init(_ view: DashboardView, origin: SealOrigin = SealOrigin()) {
        (self.view, self.origin) = (view, origin)
    }

    private var answer: PanelAnswer { view.answers[0] }
    private var panel: Panel { answer.panel }

    package var heading: String { panel.title.plain.isEmpty ? panel.id : panel.title.plain }
    package var tab: PageSection { .dashboards }

    /// The rows that are shown; the files have all of them.
    private static let mostRows = 1_000

    package var content: Markup {
        Markup(build: {
            PageParts.head(
                Markup(text: heading),
                crumb: Markup(build: {
                    a(.href(Link("dashboards"))) { "Dashboards" }
                    " / "
                    a(.href(DashboardLinks.link(Link("dashboards", view.dashboard.name), view))) {
                        view.dashboard.name
                    }
                    " / "
                    if let place = view.place {
                        a(.href(DashboardLinks.panel(panel.id, whole))) { panel.id }
                        " / \(place.title)"
                    } else {
                        panel.id
                    }
                }),
                sub: view.choices.span.map { Markup(text: $0.title) }
            )
            PlotFrame.hatchings
            div(.class("dash gapb")) { PanelMarkup(answer.wide, in: view).content }
            if let figures = PanelFigures(answer, today: view.today) {
                PageParts.panel("What it rests on") {
                    SealMarkup(figures.seal, origin: origin).pieces
                }
                SealMarkup(figures.seal, origin: origin).fileList
                SealMarkup(figures.seal, origin: origin).refusals
                SealMarkup(figures.seal, origin: origin).sums(format: panel.format)
                PageParts.panel("Rows", note: "\(figures.rows.rows.count)") {
                    div(.class("scroll"), .tabIndex(0)) {
                        RowsMarkup(
                            plan,
                            figures.rows,
                            most: Self.mostRows,
                            linksRows: view.linksRows
                        )
                        .content
                    }
                }
            }
            PageParts.panel("SQL", note: "\(view.dashboard.file):\(panel.query.origin.start)") {
                pre(.class("body code"), .tabIndex(0)) { panel.query.sql }
                div(.class("body small dim")) { parameters }
            }
        })
    }

    /// The same view without a place that is looked at by itself.
    private var whole: DashboardView {
        var view = view
        view.place = nil
        return view
    }

    private var plan: PanelTable {
        if case .table(let table) = panel.kind {
            table
        } else {
            PanelTable(columns: [], rows: Self.mostRows)
        }
    }

    private var parameters: String {
        let span = view.choices.span.map {
            [":period_start = \($0.start)", ":period_end = \($0.end)"]
        }
        let values = view.choices.values.sorted { $0.key < $1.key }
            .map { ":\($0.key) = \($0.value.joined(separator: ", "))" }
        return ((span ?? []) + values).joined(separator: " · ")
    }

    package func encode(to encoder: any Encoder) throws {
        try PanelReport(answer, today: view.today).encode(to: encoder)
    }
}

extension PanelAnswer {
    /// The same panel, as wide as the page.
    fileprivate var wide: PanelAnswer {
        var answer = self
        answer.panel.width = 12
        return answer
    }
}
