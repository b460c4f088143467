import Charts
import Dashboards
import Markup
import Pipelines
import Words

/// What is told of the places of a panel's chart under the pointer: exact values, and which load they are of.
struct PanelTips {
    private let panel: Panel
    private let plan: PanelChart
    private let figures: PanelFigures
    private let plot: ChartPlot
    private let view: DashboardView
    private let exact: NumberFormat

    init(
        _ panel: Panel,
        _ plan: PanelChart,
        _ figures: PanelFigures,
        _ plot: ChartPlot,
        in view: DashboardView
    ) {
        (self.panel, self.plan, self.figures, self.plot) = (panel, plan, figures, plot)
        self.view = view
        exact = panel.format.number.exact
    }

    /// Where each place leads; `nil` where places and rows do not match.
    var links: [Link]? {
        guard figures.places.count == plot.places.count else { return nil }
        return figures.places.map { DashboardLinks.place($0, of: figures, view) }
    }

    var tips: [PlotMarkup.Tip] {
        let rows = rows
        let links = links
        return plot.places.enumerated()
            .map { number, place in
                var lines = drawn(number)
                if let row = rows[number] { lines += beside(row) }
                if place.isMissing { lines.append((name: "State", value: "missing")) }
                if place.isStale { lines.append((name: "State", value: "stale")) }
                if !place.isMissing, figures.places.indices.contains(number),
                    let load = figures.load(of: figures.places[number])
                {
                    lines.append((name: "Loaded by", value: "load \(load)"))
                }
                return PlotMarkup.Tip(title: place.name, lines: lines, link: links?[number])
            }
    }

    /// What a row has beside what is drawn: of a sum what it adds to it, and the columns that the panel names.
    private func beside(_ row: Int) -> [(name: String, value: String)] {
        let drawn = plannedColumns.map(\.column)
        let added =
            plot.kind == .cumulativeLine
            ? columns(of: row, drawn)
                .map {
                    ("\(figures.isByMonth ? "This month" : "This place"): \($0.name)", $0.value)
                }
            : []
        return added + columns(of: row, plan.hover.filter { !drawn.contains($0) })
    }

    private var plannedColumns: [(column: String, title: String)] {
        if case .columns(let columns) = plan.series { columns } else { [] }
    }

    private func drawn(_ place: Int) -> [(name: String, value: String)] {
        plot.series.compactMap { series in
            series.values[place]
                .map {
                    (series.name.isEmpty ? "Value" : series.name, exact.text($0))
                }
        }
    }

    private func columns(of row: Int, _ columns: [String]) -> [(name: String, value: String)] {
        columns.compactMap { column in
            figures.rows.value(column, row)
                .map { text in
                    let number = Quantity(text)
                    let title = plannedColumns.first { $0.column == column }?.title
                    return (
                        title ?? Panel.title(ofColumn: column),
                        number.map { NumberFormat.plain.text($0) } ?? text
                    )
                }
        }
    }

    /// The only row of each place, by its number on the axis.
    private var rows: [Int: Int] {
        var found: [Int: Int] = [:]
        guard case .columns = plan.series else { return found }
        let places = figures.places.exact
        for row in figures.rows.rows.indices {
            guard let place = figures.rows.value(plan.x.column, row),
                let number = places.firstIndex(of: ExactText(place)),
                plot.places.indices.contains(number)
            else { continue }
            found[number] = row
        }
        return found
    }
}

extension NumberFormat {
    /// The format of the same numbers with all their digits.
    var exact: NumberFormat {
        switch name {
        case "money.short": .money
        case "short": .plain
        case "percent", "percent.1": .percent(decimals: 2)
        default: self
        }
    }
}
