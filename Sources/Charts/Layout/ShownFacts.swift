/// What is drawn of a chart, before anybody knows where.
struct ShownFacts {
    let series: [ShownSeries]
    /// The places that are hatched because a value is missing.
    let missing: Set<Int>
    /// The places that are hatched because their values are old.
    let stale: Set<Int>
    /// Whether anything is hatched because a value is missing.
    let hasGaps: Bool

    init(_ chart: Chart) {
        series = chart.shownSeries()
        missing = chart.missingPlaces
        stale = chart.marks[.stale] ?? []
        let hasHatchedBars =
            chart.kind == .bar && series.contains { $0.values.contains(nil) }
        hasGaps = !missing.isEmpty || hasHatchedBars
    }

    /// The axis that holds all that is drawn.
    func scale(of chart: Chart, intervals: Int) -> ValueScale {
        let ends = series.flatMap { shown in
            chart.kind == .line
                ? shown.values.compactMap(\.self)
                : shown.spans.compactMap(\.self).flatMap { [$0.start, $0.end] }
        }
        var low = ends.min() ?? .zero
        var high = ends.max() ?? .zero
        // Lines begin at zero where that costs little of their shape; what is a sum or a bar always does.
        let near = Quantity(units: (high.units - low.units) / 2 * 3)
        if low > .zero, low == high || low <= near { low = .zero }
        if high < .zero, low == high || Quantity.zero - high <= near { high = .zero }
        return ValueScale(
            from: low,
            to: high,
            intervals: intervals,
            smallest: chart.format.smallestStep
        )
    }
}
