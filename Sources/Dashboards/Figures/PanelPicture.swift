import Charts
import Pipelines
import Words

/// Makes the chart of a panel.
struct PanelPicture {
    let panel: Panel
    let plan: PanelChart
    let rows: PanelRows
    let axis: PanelAxis

    func chart() throws(ChartError) -> Chart {
        let series = try series()
        return try Chart(
            plan.kind,
            title: panel.title.plain,
            xTitle: "",
            format: panel.format.number,
            sideways: plan.isSideways,
            places: places,
            series: series + (target.map { [$0] } ?? []),
            marks: [
                Chart.Mark(.missing, places: (axis.missing + axis.empty).map(plan.x.name)),
                Chart.Mark(.stale, places: axis.stale.map(plan.x.name)),
            ]
        )
    }

    private var places: Chart.Places {
        let days = axis.places.map { CalendarDay($0.text) }
        guard plan.x.order.isEmpty, !days.isEmpty, !days.contains(nil) else {
            return .categories(axis.places.map(plan.x.name))
        }
        return .days(days.compactMap(\.self))
    }

    private func series() throws(ChartError) -> [Chart.Series] {
        switch plan.series {
        case .columns(let columns):
            var series: [Chart.Series] = []
            for (column, title) in columns {
                var values: [Quantity?] = []
                for place in axis.places { values.append(try value(column, at: place)) }
                series.append(Chart.Series(name: title, values: values))
            }
            return series
        case .rows(let by, let y, let most): return Self.largest(try split(by, y), most, plan.kind)
        }
    }

    /// What a place without rows has: nothing where they are missing, and zero where there are none.
    private func absent(_ place: ExactText) -> Quantity? {
        axis.missing.contains(place) || axis.empty.contains(place) ? nil : .zero
    }

    private func value(_ column: String, at place: ExactText) throws(ChartError) -> Quantity? {
        let found = axis.rows[place] ?? []
        guard found.count <= 1 else { throw .twice(place: place.text, series: nil) }
        guard let row = found.first else { return absent(place) }
        return try number(column, row, place)
    }

    private func number(
        _ column: String,
        _ row: Int,
        _ place: ExactText
    ) throws(ChartError) -> Quantity? {
        guard let text = rows.value(column, row) else { return nil }
        guard let number = Quantity(text) else {
            throw .noNumber(place: place.text, series: nil, column: column)
        }
        return number
    }

    /// A series for each value of a column.
    private func split(_ by: String, _ y: String) throws(ChartError) -> [Chart.Series] {
        var names: [ExactText] = []
        var values: [ExactText: [ExactText: Quantity?]] = [:]
        for place in axis.places {
            for row in axis.rows[place] ?? [] {
                let name = ExactText(rows.value(by, row) ?? "")
                if values[name] == nil { names.append(name) }
                guard values[name]?[place] == nil else {
                    throw .twice(place: place.text, series: name.text)
                }
                values[name, default: [:]][place] = .some(try number(y, row, place))
            }
        }
        return names.sorted()
            .map { name in
                Chart.Series(
                    name: name.text,
                    values: axis.places.map { values[name]?[$0] ?? absent($0) }
                )
            }
    }

    /// The largest series, and where values are stacked the sum of the others.
    ///
    /// Where as many are wanted as a chart has colours for, it does so itself.
    private static func largest(
        _ series: [Chart.Series],
        _ most: Int,
        _ kind: Chart.Kind
    ) -> [Chart.Series] {
        guard series.count > most, most < Chart.mostSeriesShown else { return series }
        let sizes = series.map { series in
            series.values.reduce(Quantity.zero) { $0 + ($1?.magnitude ?? .zero) }
        }
        let ordered = series.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
        let chosen = ordered.prefix(most).sorted().map { series[$0] }
        guard [.stackedBar, .area].contains(kind) else { return chosen }
        let rest = ordered.dropFirst(most).map { series[$0].values }
        let sums = (rest.first ?? []).indices
            .map { place -> Quantity? in
                let values = rest.compactMap { $0[place] }
                return values.isEmpty ? nil : values.reduce(.zero, +)
            }
        return chosen + [Chart.Series(name: "Other", values: sums)]
    }

    private var target: Chart.Series? {
        guard let target = plan.target, !axis.places.isEmpty else { return nil }
        let count = Quantity(axis.places.count)
        let isSum = plan.kind == .cumulativeLine
        let part = target.isSpread || isSum ? target.value / count ?? .zero : target.value
        let values = axis.places.map { _ in Optional(part) }
        return Chart.Series(name: target.name, values: values)
    }
}
