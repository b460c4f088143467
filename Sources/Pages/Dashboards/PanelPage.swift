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
                    " / \(panel.id)"
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
        try PanelRecord(answer, in: view).encode(to: encoder)
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

/// What programs are told of a panel.
struct PanelRecord: Encodable {
    private struct Column: Encodable {
        let name: String
        let kind: PanelRows.Column.Kind
        let format: String
    }

    private let panel: String
    private let title: String
    private let columns: [Column]
    private let rows: [[String?]]
    private let isCut: Bool
    private let missing: [String]
    private let seal: Seal?
    private let period: String?
    private let error: String?

    init(_ answer: PanelAnswer, in view: DashboardView) {
        let figures = PanelFigures(answer, today: view.today)
        panel = answer.panel.id
        title = answer.panel.title.plain
        period = view.choices.span?.text
        let formats: [String: FigureFormat] =
            if case .table(let table) = answer.panel.kind {
                Dictionary(
                    table.columns.compactMap { column in column.format.map { (column.name, $0) } },
                    uniquingKeysWith: { one, _ in one }
                )
            } else {
                [:]
            }
        columns = (figures?.rows.columns ?? [])
            .map { column in
                let own = formats[column.name] ?? answer.panel.format
                return Column(
                    name: column.name,
                    kind: column.kind,
                    format: column.kind == .number ? own.name : ""
                )
            }
        rows = figures?.rows.rows ?? []
        isCut = figures?.rows.isCut ?? false
        missing = figures?.missing ?? []
        seal = figures?.seal
        if case .failure(let failure) = answer.outcome {
            error = failure.description
        } else {
            error = nil
        }
    }
}
