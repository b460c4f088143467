extension ChartDrawing {
    private static let widestBar = 56.0
    /// Below this width, bars have no edges, and where places are so near they touch each other.
    private static let thinBar = 5.0

    /// The bars of each series, and a hatched place for each that has none among others.
    func bars() -> [SVGElement] {
        layout.facts.series.enumerated()
            .flatMap { number, series in
                var shape = SVGPath()
                for (place, span) in series.spans.enumerated() {
                    guard let span else { continue }
                    shape.rectangle(layout.frame.bar(sides(place, series: number), span))
                }
                let classes = fillClass(series.colour) + (barWidth < Self.thinBar ? " thin" : "")
                let bars = SVGElement("path", ["class": .text(classes), "d": .text(shape.text)])
                return gaps(series, number) + (shape.text.isEmpty ? [] : [bars])
            }
    }

    /// Where a series has no bar beside those of others.
    private func gaps(_ series: ShownSeries, _ number: Int) -> [SVGElement] {
        guard chart.kind == .bar else { return [] }
        return series.spans.indices
            .filter { series.spans[$0] == nil && !layout.facts.missing.contains($0) }
            .map { hatched(layout.frame.band(sides($0, series: number)), "missing") }
    }

    /// How wide a bar is.
    private var barWidth: Double {
        let beside = chart.kind == .bar ? layout.facts.series.count : 1
        guard layout.frame.distance >= Self.thinBar else {
            return layout.frame.distance / Double(beside)
        }
        return min(
            layout.frame.distance * (beside == 1 ? 0.68 : 0.8) / Double(beside),
            Self.widestBar
        )
    }

    /// From where to where a bar stands.
    private func sides(_ place: Int, series: Int) -> ClosedRange<Double> {
        let count = chart.kind == .bar ? layout.facts.series.count : 1
        let number = chart.kind == .bar ? series : 0
        let left = layout.frame.middle(of: place) + (Double(number) - Double(count) / 2) * barWidth
        return left...left + barWidth
    }

    /// The value at the end of each bar, where there is room for all of them.
    func valueLabels() -> [SVGElement] {
        let facts = layout.facts
        guard facts.mayShowValues(of: chart), let series = facts.series.first else { return [] }
        let needed =
            layout.frame.isSideways ? PlaceLabels.lineHeight : facts.widestValue(of: chart) + 4
        guard needed <= layout.frame.distance else { return [] }
        return series.values.enumerated()
            .compactMap { place, value in value.map { valueLabel($0, at: place) } }
    }

    private func valueLabel(_ value: Quantity, at place: Int) -> SVGElement {
        let number = chart.format.text(value)
        let isNegative = value < .zero
        var point = layout.frame.point(place, value)
        guard layout.frame.isSideways else {
            point.y += isNegative ? 13 : -5
            return text(number, "v", point, anchor: "middle")
        }
        point.x += isNegative ? -5 : 5
        point.y += 4
        return text(number, "v", point, anchor: isNegative ? "end" : "start")
    }
}
