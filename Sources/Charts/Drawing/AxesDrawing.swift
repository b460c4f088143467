import Values

extension ChartDrawing {
    /// A line and a number for each tick.
    func gridLines() -> [SVGElement] {
        zip(layout.frame.scale.ticks, layout.tickTexts)
            .flatMap { tick, number in [line(at: tick, "gl"), tickText(number, at: tick)] }
    }

    private func tickText(_ number: String, at tick: Quantity) -> SVGElement {
        let box = layout.frame.box
        let position = layout.frame.position(of: tick)
        return layout.frame.isSideways
            ? text(number, "ax", Point(x: position, y: box.bottom + 16), anchor: "middle")
            : text(number, "ax", Point(x: box.left - 8, y: position + 4), anchor: "end")
    }

    /// The line of zero, where the axis has one.
    func baseLine() -> [SVGElement] {
        let scale = layout.frame.scale
        guard scale.low <= .zero, scale.high >= .zero else { return [] }
        return [line(at: .zero, "base")]
    }

    /// A line across the plot.
    private func line(at value: Quantity, _ lineClass: String) -> SVGElement {
        let position = layout.frame.position(of: value)
        let line = layout.frame.band(0..<chart.axis.count)
        let isSideways = layout.frame.isSideways
        return SVGElement(
            "line",
            [
                "class": .text(lineClass), "x1": .number(isSideways ? position : line.left),
                "y1": .number(isSideways ? line.top : position),
                "x2": .number(isSideways ? position : line.right),
                "y2": .number(isSideways ? line.bottom : position),
            ]
        )
    }

    /// The names of places, and what the axis at the bottom shows.
    func placeLabels() -> [SVGElement] {
        let labels = layout.placeLabels
        let box = layout.frame.box
        var elements =
            layout.frame.isSideways
            ? labels.labels.map(sideways)
            : labels.areSlanted ? labels.labels.map(slanted) : labels.labels.flatMap(flat)
        if !chart.bottomTitle.isEmpty {
            let title = TextWidth.shortened(chart.bottomTitle, size: 11, to: box.width)
            let place = Point(x: box.middle.x, y: layout.size.y - 10)
            elements.append(text(title, "ax", place, anchor: "middle"))
        }
        return elements
    }

    private func sideways(_ label: PlaceLabels.Label) -> SVGElement {
        let x = ChartLayout.margin + layout.placeLabels.width
        let place = Point(x: x, y: layout.frame.middle(of: label.place) + 4)
        return text(label.lines[0], "ax", place, anchor: "end")
    }

    /// Where the labels begin.
    private var labelsTop: Double {
        let title = chart.bottomTitle.isEmpty ? 0 : ChartHeader.textLine
        return layout.size.y - 8 - title - layout.placeLabels.height
    }

    private func flat(_ label: PlaceLabels.Label) -> [SVGElement] {
        label.lines.enumerated()
            .map { number, line in
                let y = labelsTop + 16 + Double(number) * PlaceLabels.lineHeight
                return text(
                    line,
                    "ax",
                    Point(x: layout.frame.middle(of: label.place), y: y),
                    anchor: "middle"
                )
            }
    }

    private func slanted(_ label: PlaceLabels.Label) -> SVGElement {
        let x = Coordinate.text(layout.frame.middle(of: label.place) + 4)
        let y = Coordinate.text(labelsTop + 14)
        return SVGElement(
            "text",
            ["class": "ax", "text-anchor": "end", "transform": "translate(\(x) \(y)) rotate(-45)"],
            text: label.lines[0]
        )
    }

    /// What each place holds, for the pointer; a picture of very many places has none.
    func hoverTexts() -> [SVGElement] {
        let most = 120
        guard chart.axis.count <= most else { return [] }
        return chart.axis.names.indices.map { place in
            let column = layout.frame.band(place..<place + 1)
            var area = SVGElement(
                "rect",
                [
                    "class": "hit", "x": .number(column.left), "y": .number(column.top),
                    "width": .number(column.width), "height": .number(column.height),
                ]
            )
            area.append(SVGElement("title", text: hoverText(place)))
            return area
        }
    }

    private func hoverText(_ place: Int) -> String {
        let values = layout.facts.series.map { series in
            let value = series.values[place].map(chart.format.text) ?? "no value"
            return series.name.isEmpty ? value : "\(series.name) \(value)"
        }
        return "\(chart.axis.names[place]): \(values.joined(separator: ", "))"
    }
}
