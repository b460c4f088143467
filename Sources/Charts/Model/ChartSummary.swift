import Words

/// A chart in words, for those who do not see it.
struct ChartSummary {
    let title: String
    let text: String

    init(_ chart: Chart) {
        let kind = Self.words(chart.kind)
        title = chart.title.isEmpty ? kind : chart.title
        guard !chart.isEmpty else {
            text = "\(kind) without values."
            return
        }
        let sentences = [Self.opening(chart, kind), Self.extremes(chart), Self.gaps(chart)]
        text = sentences.compactMap(\.self).joined(separator: " ")
    }

    private static func words(_ kind: Chart.Kind) -> String {
        switch kind {
        case .bar: "Bars"
        case .stackedBar: "Stacked bars"
        case .line: "Lines"
        case .cumulativeLine: "Cumulative lines"
        case .area: "Areas"
        }
    }

    private static func opening(_ chart: Chart, _ kind: String) -> String {
        let names = chart.given.map(\.name).filter { !$0.isEmpty }
        let series = names.isEmpty ? "" : " of \(names.listed(atMost: 10))"
        let axis = chart.axis
        let step = axis.step.map { " by \($0.words)" } ?? ""
        guard let first = axis.names.first, let last = axis.names.last, axis.count > 1 else {
            return "\(kind)\(series): \(axis.names.listed(atMost: 1))."
        }
        return "\(kind)\(series)\(step), \(counted(axis.count, "place")) from \(first) to \(last)."
    }

    /// The lowest and the highest value that is shown.
    private static func extremes(_ chart: Chart) -> String? {
        let values = chart.shownSeries()
            .flatMap { series in
                series.values.enumerated()
                    .compactMap { place, value in value.map { (place: place, value: $0) } }
            }
        guard let low = values.min(by: { $0.value < $1.value }),
            let high = values.max(by: { $0.value < $1.value }), low.value < high.value
        else { return nil }
        func at(_ point: (place: Int, value: Quantity)) -> String {
            "\(chart.format.text(point.value)) (\(chart.axis.names[point.place]))"
        }
        return "The lowest value is \(at(low)), the highest \(at(high))."
    }

    private static func gaps(_ chart: Chart) -> String? {
        let missing = chart.missingPlaces.count
        return missing == 0
            ? nil : "\(counted(missing, "place")) \(agreeing(missing, "has", "have")) no value."
    }
}
