package import Pipelines

/// A place of a panel that is looked at by itself: a category of its x axis, and in a heat map one of its y axis, too.
package struct PanelPlace: Sendable, Hashable {
    /// The value of the x axis, as the server writes it.
    package let x: String
    /// The value of the y axis; `nil` where all of them are meant.
    package let y: String?

    /// A place.
    package init(x: String, y: String? = nil) { (self.x, self.y) = (x, y) }

    /// The names of what addresses have for it.
    package static let parameters = ["x", "y"]

    /// The place that was asked for; `nil` where none was.
    init?(asked: (String) -> [String]) {
        guard let x = asked("x").first else { return nil }
        self.init(x: x, y: asked("y").first)
    }

    /// As people read it: `Cali`, `Monday, 9`.
    package var title: String { [y, x].compactMap(\.self).joined(separator: ", ") }
}

extension Panel {
    /// The columns of its axes: none where it has no axis, one for each else.
    package var axes: [NamedValues] {
        switch kind {
        case .chart(let chart): [chart.x]
        case .heat(let heat): [heat.x, heat.y]
        case .text, .big, .table: []
        }
    }

    /// The same with axes on which nothing stands but what has rows.
    fileprivate var withFoundPlaces: Panel {
        var panel = self
        switch kind {
        case .chart(var chart):
            chart.x.order = []
            panel.kind = .chart(chart)
        case .heat(var heat):
            heat.x.order = []
            heat.y.order = []
            panel.kind = .heat(heat)
        case .text, .big, .table: break
        }
        return panel
    }
}

extension PanelAnswer {
    /// The same with the rows of one place alone.
    func narrowed(to place: PanelPlace) -> PanelAnswer {
        guard case .success(var figures) = outcome else { return self }
        let wanted = zip(panel.axes, [place.x, place.y])
            .compactMap { axis, value in value.map { (axis.column, $0) } }
        let rows = figures.rows
        let found = rows.rows.indices.filter { row in
            wanted.allSatisfy { column, value in
                rows.value(column, row)?.utf8.elementsEqual(value.utf8) == true
            }
        }
        figures.rows.keep(found)
        var answer = self
        answer.panel = panel.withFoundPlaces
        answer.outcome = .success(figures)
        return answer
    }
}
