extension Chart {
    /// Which drawing this is: when the same chart gets another picture, it is raised, so that charts that were
    /// delivered are delivered again.
    public static let drawing = 1

    /// A picture of the chart: an SVG document in UTF-8, with its rules, its description and no script.
    public func svg(_ style: ChartStyle = ChartStyle()) -> String {
        ChartDrawing(self, style).document()
    }
}

/// Draws a chart.
struct ChartDrawing {
    let chart: Chart
    let style: ChartStyle
    let layout: ChartLayout

    init(_ chart: Chart, _ style: ChartStyle) {
        self.chart = chart
        self.style = style
        layout = ChartLayout(chart, style)
    }

    func document() -> String {
        var picture = SVGElement(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": .number(layout.size.x),
                "height": .number(layout.size.y),
                "viewBox": "0 0 \(style.width) \(style.height)", "role": "img",
                "class": .text(ChartCSS.pictureClass),
                "aria-labelledby": "\(id("title")) \(id("description"))",
            ]
        )
        picture.append(description())
        picture.append(SVGElement("style", text: ChartCSS.text(style.theme)))
        picture.append(patterns())
        picture.append(
            SVGElement(
                "rect",
                ["class": "bg", "width": .number(layout.size.x), "height": .number(layout.size.y)]
            )
        )
        picture.append(header())
        picture.append(chart.isEmpty ? emptiness() : values())
        return picture.document()
    }

    /// An id of this picture.
    func id(_ name: String) -> String { "\(style.identifier)-\(name)" }

    private func description() -> [SVGElement] {
        let summary = ChartSummary(chart)
        return [
            SVGElement("title", ["id": .text(id("title"))], text: summary.title),
            SVGElement("desc", ["id": .text(id("description"))], text: summary.text),
        ]
    }

    /// Axes, what is hatched, what is drawn, and what is written on it.
    private func values() -> [SVGElement] {
        let marks =
            switch chart.kind {
            case .bar, .stackedBar: bars()
            case .line, .cumulativeLine: lines()
            case .area: areas()
            }
        return gridLines() + hatching(layout.facts.missing, "missing") + marks
            + hatching(layout.facts.stale, "stale") + baseLine() + valueLabels() + endLabels()
            + placeLabels() + hoverTexts()
    }

    private func emptiness() -> [SVGElement] {
        let text = chart.axis.count == 0 ? "There are no rows." : "There are no values."
        let middle = layout.frame.box.middle
        let label = SVGElement(
            "text",
            [
                "class": "st", "x": .number(layout.size.x / 2), "y": .number(middle.y),
                "text-anchor": "middle",
            ],
            text: text
        )
        return [label]
    }
}
