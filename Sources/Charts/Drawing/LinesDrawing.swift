extension ChartDrawing {
    /// Beyond this, points of a line have no mark of their own.
    private static let mostPoints = 31

    /// Beyond this, a line is thin and has no dashes.
    private static let mostDashed = 120

    /// A line for each series, broken where it has no value.
    func lines() -> [SVGElement] {
        layout.facts.series.flatMap { series in
            let runs = runs(of: series)
            var shape = SVGPath()
            for run in runs where run.count > 1 {
                shape.polyline(run.lazy.map { point(series, $0) })
            }
            let length = chart.axis.count > Self.mostDashed ? " long" : ""
            let classes = strokeClass(series.colour) + length
            let path = SVGElement("path", ["class": .text(classes), "d": .text(shape.text)])
            return ground(series) + (shape.text.isEmpty ? [] : [path]) + points(series, runs)
        }
    }

    /// The ground below the only line of a sum.
    private func ground(_ series: ShownSeries) -> [SVGElement] {
        guard chart.kind == .cumulativeLine, layout.facts.series.count == 1 else { return [] }
        return area(series, "under").map { [$0] } ?? []
    }

    /// The points of a short line; of a long one those that stand alone.
    private func points(_ series: ShownSeries, _ runs: [Range<Int>]) -> [SVGElement] {
        let isShort = chart.axis.count <= Self.mostPoints
        return runs.filter { isShort || $0.count == 1 }
            .flatMap { $0 }
            .map { place in
                let point = point(series, place)
                return SVGElement(
                    "circle",
                    [
                        "class": .text("pt " + strokeClass(series.colour)), "cx": .number(point.x),
                        "cy": .number(point.y), "r": "3",
                    ]
                )
            }
    }

    /// The places beside each other that have a value.
    private func runs(of series: ShownSeries) -> [Range<Int>] {
        Self.runs(series.spans.indices.filter { series.spans[$0] != nil })
    }

    private func point(_ series: ShownSeries, _ place: Int) -> Point {
        layout.frame.point(place, series.spans[place]?.end ?? .zero)
    }

    /// An area for each series, broken where it has no value.
    func areas() -> [SVGElement] {
        layout.facts.series.compactMap { area($0, fillClass($0.colour)) }
    }

    private func area(_ series: ShownSeries, _ classes: String) -> SVGElement? {
        var shape = SVGPath()
        for run in runs(of: series) { outline(series, run, &shape) }
        guard !shape.text.isEmpty else { return nil }
        return SVGElement("path", ["class": .text(classes), "d": .text(shape.text)])
    }

    /// Along the ends and back along the starts; a value that stands alone is a bar.
    private func outline(_ series: ShownSeries, _ run: Range<Int>, _ shape: inout SVGPath) {
        let half = run.count == 1 ? min(layout.frame.distance / 2, 3) : 0
        let corners = run.flatMap { place -> [(x: Double, span: ShownSeries.Span)] in
            guard let span = series.spans[place] else { return [] }
            let x = layout.frame.middle(of: place)
            return half == 0 ? [(x, span)] : [(x - half, span), (x + half, span)]
        }
        let ends = corners.map { Point(x: $0.x, y: layout.frame.position(of: $0.span.end)) }
        let starts = corners.reversed()
            .map { Point(x: $0.x, y: layout.frame.position(of: $0.span.start)) }
        shape.polyline(ends + starts)
        shape.close()
    }

    /// The names and last values of lines.
    func endLabels() -> [SVGElement] {
        layout.endLabels.map { label in
            let classes = "n n\(label.colour ?? 2)"
            return text(label.text, classes, Point(x: layout.frame.box.right + 6, y: label.y + 4))
        }
    }
}
