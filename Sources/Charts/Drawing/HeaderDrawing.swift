extension ChartDrawing {
    /// Titles, the legend, and what the y axis shows.
    func header() -> [SVGElement] {
        let header = layout.header
        var y = ChartLayout.margin + 12
        var elements: [SVGElement] = []
        for line in header.titleLines {
            elements.append(text(line, "t", Point(x: ChartLayout.margin, y: y)))
            y += ChartHeader.titleLine
        }
        if !header.subtitle.isEmpty {
            elements.append(text(header.subtitle, "st", Point(x: ChartLayout.margin, y: y)))
        }
        for (number, row) in header.legend.rows.enumerated() {
            let middle = header.titlesBottom + 4 + (Double(number) + 0.5) * ChartHeader.textLine
            elements += row.flatMap { legendItem($0, middle: middle) }
        }
        if !header.leftTitle.isEmpty {
            let place = Point(x: ChartLayout.margin, y: header.bottom - 4)
            elements.append(text(header.leftTitle, "ax", place))
        }
        return elements
    }

    private func legendItem(_ item: Legend.Item, middle: Double) -> [SVGElement] {
        let left = ChartLayout.margin + item.left
        let label = text(
            item.text,
            "st",
            Point(x: left + item.swatch.width, y: middle + 4)
        )
        let box = Box(left: left, top: middle - 5, right: left + 10, bottom: middle + 5)
        switch item.swatch {
        case .series(let colour):
            return [
                chart.kind.isLines ? lineSwatch(box, colour) : swatch(box, fillClass(colour)),
                label,
            ]
        case .missing: return [hatched(box, "missing"), label]
        case .stale: return [hatched(box, "stale"), label]
        case .none: return [label]
        }
    }

    private func swatch(_ box: Box, _ classes: String) -> SVGElement {
        var shape = SVGPath()
        shape.rectangle(box)
        return SVGElement("path", ["class": .text(classes), "d": .text(shape.text)])
    }

    private func lineSwatch(_ box: Box, _ colour: Int?) -> SVGElement {
        var shape = SVGPath()
        shape.polyline([
            Point(x: box.left, y: box.middle.y), Point(x: box.right + 2, y: box.middle.y),
        ])
        return SVGElement("path", ["class": .text(strokeClass(colour)), "d": .text(shape.text)])
    }

    /// Text whose beginning stands at a point.
    func text(_ text: String, _ classes: String, _ place: Point) -> SVGElement {
        SVGElement(
            "text",
            ["class": .text(classes), "x": .number(place.x), "y": .number(place.y)],
            text: text
        )
    }

    /// Text whose middle or end stands at a point.
    func text(_ text: String, _ classes: String, _ place: Point, anchor: String) -> SVGElement {
        SVGElement(
            "text",
            [
                "class": .text(classes), "x": .number(place.x), "y": .number(place.y),
                "text-anchor": .text(anchor),
            ],
            text: text
        )
    }

    /// The classes of a filled shape of a series.
    func fillClass(_ colour: Int?) -> String { colour.map { "a a\($0)" } ?? "a rest" }

    /// The classes of a line of a series.
    func strokeClass(_ colour: Int?) -> String { "l l\(colour ?? 2)" }
}
