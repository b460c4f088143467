import Charts
import Dashboards
import Markup
import Pipelines
import Words

/// A table whose cells are coloured by their values; the values stand in it for whoever does not see colours.
struct HeatMarkup {
    private let xs: [ExactText]
    private let ys: [ExactText]
    private let heat: HeatMap
    private let format: FigureFormat
    private let values: [[ExactText]: Quantity]
    /// Values that cannot be added up, such as `Infinity`, as they are written.
    private let others: [[ExactText]: String]
    private let largest: Quantity
    private let panel: Panel
    private let view: DashboardView

    init(_ heat: HeatMap, _ panel: Panel, _ figures: PanelFigures, in view: DashboardView) {
        (self.panel, self.view) = (panel, view)
        let rows = figures.rows
        var values: [[ExactText]: Quantity] = [:]
        var others: [[ExactText]: String] = [:]
        for row in rows.rows.indices {
            guard let x = rows.value(heat.x.column, row), let y = rows.value(heat.y.column, row)
            else { continue }
            let place = [x, y].exact
            let number = rows.number(heat.value, row)
            if number == nil, let text = rows.value(heat.value, row) { others[place] = text }
            values[place, default: .zero] = values[place, default: .zero] + (number ?? .zero)
        }
        self.values = values
        self.others = others
        self.heat = heat
        format = panel.format
        largest = values.values.max() ?? .zero
        xs = Self.places(heat.x, Set(values.keys.map { $0[0] }))
        ys = Self.places(heat.y, Set(values.keys.map { $0[1] }))
    }

    /// In the order in which words are written for them, then in that of numbers and names.
    private static func places(_ column: NamedValues, _ found: Set<ExactText>) -> [ExactText] {
        let rest = found.subtracting(column.order)
            .sorted { one, other in
                guard let left = Quantity(one.text), let right = Quantity(other.text) else {
                    return one < other
                }
                return left < right
            }
        return column.order + rest
    }

    var content: Markup {
        div(.class("scroll"), .tabIndex(0)) {
            table(.class("heat")) {
                thead {
                    tr {
                        th { span(.class("vh")) { heat.y.column } }
                        for x in xs { th(.scope("col")) { heat.x.name(of: x) } }
                    }
                }
                tbody {
                    for y in ys {
                        tr {
                            th(.scope("row")) { heat.y.name(of: y) }
                            for x in xs { cell(x, y) }
                        }
                    }
                }
            }
        }
    }

    private func cell(_ x: ExactText, _ y: ExactText) -> Markup {
        guard let value = values[[x, y]] else { return td { span(.class("vh")) { "none" } } }
        let other = others[[x, y]]
        let text = other ?? format.text(value)
        let title = "\(heat.y.name(of: y)), \(heat.x.name(of: x))"
        return td(
            .class("h\(other == nil ? step(value) : 0)"),
            .tip(title, [(heat.value, text)]),
            .leads(to: DashboardLinks.cell(x.text, y.text, of: panel, view))
        ) { span(.class("vh")) { text } }
    }

    /// One of eight steps of colour.
    private func step(_ value: Quantity) -> Int {
        guard value > .zero, let share = value / largest, let number = Double(share.text) else {
            return 0
        }
        return min(Int(number * 8) + 1, 8)
    }
}
