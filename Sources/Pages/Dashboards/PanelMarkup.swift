import Charts
import Dashboards
import Markup
import Pipelines
import Words

/// A panel of a dashboard: its title, what it shows, and under it what that rests on.
struct PanelMarkup {
    private let answer: PanelAnswer
    private let view: DashboardView
    private let figures: PanelFigures?

    init(_ answer: PanelAnswer, in view: DashboardView) {
        self.answer = answer
        self.view = view
        figures = PanelFigures(answer, today: view.today)
    }

    private var panel: Panel { answer.panel }
    private var id: String { panel.id }

    var content: Markup {
        guard let figures else { return failed }
        let words = FigureEvaluation(figures.rows, of: answer)
        switch panel.kind {
        case .text(let text): return sentences(text, words)
        case .big(let big): return BigPanel(big, answer, figures, words, foot: foot).content
        case .chart(let plan): return chart(plan, figures, words)
        case .table(let table): return rows(table, figures, words)
        case .heat(let heat):
            return framed(note: note(words)) { HeatMarkup(heat, panel, figures, in: view).content }
        }
    }

    // MARK: Frames

    private var width: String { "w\(panel.width)" }

    private func title(_ text: String) -> Markup { h2(.id("t-\(id)")) { text } }

    private func framed(
        legend: Markup? = nil,
        note: Markup? = nil,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        figure(.class("panel \(width)")) {
            figcaption {
                title(panel.title.plain)
                if let legend { legend }
            }
            div(.class("chart")) {
                content()
                if let note { note }
            }
            if let values { values }
            foot
        }
    }

    private func note(_ words: FigureEvaluation) -> Markup? {
        panel.note.map { text in p(.class("say")) { Self.markup(words.words(text)) } }
    }

    private static func markup(_ words: [FigureEvaluation.Words]) -> Markup {
        Markup(words.map { part in part.isStrong ? b { part.text } : Markup(text: part.text) })
    }

    private var failed: Markup {
        guard case .failure(let failure) = answer.outcome else { return Markup() }
        return section(.class("panel \(width)")) {
            header { title(panel.title.plain) }
            div(.class("body")) {
                p(.class("note")) {
                    "This panel cannot be shown: \(failure.description)"
                    if let position = failure.position {
                        " (\(view.dashboard.file):\(position.description))"
                    }
                }
            }
        }
    }

    private var foot: Markup {
        div(.class("trust")) {
            if let figures {
                SealMarkup(figures.seal).line(isShort: panel.isSmall)
                if figures.rows.isCut {
                    span { "only the first \(counted(figures.rows.rows.count, "row"))" }
                }
            }
            span(.class("end")) {
                a(.href(DashboardLinks.panel(id, view)), .label("Trace \(name)")) { "Trace" }
                a(.href(DashboardLinks.panel(id, view, file: ".csv")), .label("CSV of \(name)")) {
                    "CSV"
                }
                if case .chart = panel.kind {
                    a(.href(DashboardLinks.panel(id, view, file: ".png")), .label("PNG of \(name)"))
                    {
                        "PNG"
                    }
                }
            }
        }
    }

    private var name: String { panel.title.plain.isEmpty ? id : panel.title.plain }

    private func sentences(_ text: FigureText, _ words: FigureEvaluation) -> Markup {
        section(.class("panel \(width)")) {
            div(.class("body")) { p(.class("lead")) { Self.markup(words.words(text)) } }
            foot
        }
    }

    // MARK: Charts

    private func chart(
        _ plan: PanelChart,
        _ figures: PanelFigures,
        _ words: FigureEvaluation
    ) -> Markup {
        switch figures.chart {
        case .success(let chart)?:
            let plot = ChartPlot(chart)
            return framed(legend: legend(plot), note: note(words)) {
                PlotMarkup(
                    plot: plot,
                    id: id,
                    tips: PanelTips(panel, plan, figures, plot, in: view).tips,
                    format: panel.format.number,
                    width: Double(panel.width) * 93 - 70
                )
                .content
            }
        case .failure(let error)?:
            return framed { p(.class("note")) { "It cannot be drawn: \(error.outline)." } }
        case nil: return Markup()
        }
    }

    private func legend(_ plot: ChartPlot) -> Markup {
        div(.class("legend end")) {
            if plot.series.count > 1, !plot.namesItsLines {
                for series in plot.series {
                    span {
                        Self.swatch(PlotFrame.fill(series))
                        series.name
                    }
                }
            }
            if plot.places.contains(where: \.isMissing) {
                span {
                    Self.hatch("missing")
                    "missing"
                }
            }
            if plot.places.contains(where: \.isStale) {
                span {
                    Self.hatch("stale")
                    "stale"
                }
            }
            if plot.seriesLeftOut > 0 { span { "\(plot.seriesLeftOut) more not shown" } }
        }
    }

    private static func swatch(_ name: String) -> Markup {
        svg(.size(10, 10), .decorative) { rect(.class(name), .box(0, 0, 10, 10, radius: 2)) }
    }

    private static func hatch(_ name: StaticString) -> Markup {
        svg(.size(12, 12), .decorative) { rect(.box(0, 0, 12, 12), PlotFrame.hatched(name)) }
    }

    /// The exact values of a chart.
    private var values: Markup? {
        guard let figures, case .success(let chart)? = figures.chart,
            case .chart(let plan) = panel.kind
        else { return nil }
        let values = chart.values
        let links = PanelTips(panel, plan, figures, ChartPlot(chart), in: view).links
        let exact = panel.format.number.exact
        return details(.class("data")) {
            summary { "As a table" }
            div(.class("scroll"), .tabIndex(0)) {
                TextTable(
                    heads: values.columns.enumerated()
                        .map { ($1.isEmpty && $0 == 0 ? "Place" : $1, $0 > 0) },
                    rows: values.rows.map { row in
                        row.enumerated()
                            .map { number, text in
                                number == 0
                                    ? text ?? ""
                                    : text.flatMap { Quantity($0) }.map(exact.text) ?? "missing"
                            }
                    },
                    links: links
                )
                .content
            }
        }
    }

    // MARK: Tables

    private func rows(
        _ plan: PanelTable,
        _ figures: PanelFigures,
        _ words: FigureEvaluation
    ) -> Markup {
        section(.class("panel \(width)")) {
            header {
                title(panel.title.plain)
                span(.class("small dim")) {
                    "\(min(plan.rows, figures.rows.rows.count)) of \(grouped(figures.rows.rows.count))"
                }
                if figures.rows.rows.count > plan.rows {
                    span(.class("end small")) {
                        a(.href(DashboardLinks.panel(id, view)), .label("All rows of \(name)")) {
                            "All of them"
                        }
                    }
                }
            }
            div(.class("scroll"), .tabIndex(0)) {
                RowsMarkup(plan, figures.rows, most: plan.rows, linksRows: view.linksRows)
                    .content
            }
            if let note = note(words) { div(.class("body")) { note } }
            foot
        }
    }
}

extension Panel {
    /// Whether there is little room below it.
    fileprivate var isSmall: Bool {
        if case .big = kind { width < 6 } else { width < 4 }
    }
}

/// A table that is made of texts alone.
struct TextTable {
    let heads: [(name: String, isNumber: Bool)]
    let rows: [[String]]
    /// Where the first cells of the rows lead.
    var links: [Link]?

    var content: Markup {
        table {
            thead {
                tr {
                    for head in heads {
                        th(.scope("col"), head.isNumber ? .class("num") : nil) { head.name }
                    }
                }
            }
            tbody {
                for (number, row) in rows.enumerated() {
                    tr {
                        for (column, (head, text)) in zip(heads, row).enumerated() {
                            td(.class(head.isNumber ? "num" : "nowrap")) {
                                if column == 0, let links, links.indices.contains(number) {
                                    a(.href(links[number])) { text }
                                } else {
                                    text
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
