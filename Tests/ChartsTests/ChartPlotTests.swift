import Testing

@testable import Charts

@Suite("The plot of a chart")
struct ChartPlotTests {
    private static func chart(_ kind: Chart.Kind, _ values: [[Quantity?]]) throws -> Chart {
        try Chart(
            kind,
            title: "Sales",
            format: .short,
            places: .days([19_723, 19_754, 19_783].map { CalendarDay(number: $0) }),
            series: values.enumerated().map { Chart.Series(name: "s\($0)", values: $1) },
            marks: [Chart.Mark(.stale, places: ["2024-03-01"])]
        )
    }

    @Test("has places, ticks and spans as parts of its axes")
    func parts() throws {
        let plot = ChartPlot(
            try Self.chart(
                .stackedBar,
                [[Quantity(10), nil, Quantity(30)], [Quantity(20), nil, Quantity(10)]]
            )
        )
        #expect(plot.places.map(\.name) == ["Jan 2024", "Feb 2024", "Mar 2024"])
        #expect(plot.places.map(\.isMissing) == [false, true, false])
        #expect(plot.places.map(\.isStale) == [false, false, true])
        #expect(plot.ticks.map(\.text) == ["0", "10", "20", "30", "40"])
        #expect(plot.ticks.map(\.position) == [0, 0.25, 0.5, 0.75, 1] && plot.zero == 0)
        #expect(plot.series[1].spans.map { $0?.start } == [0.25, nil, 0.75])
        #expect(plot.series[1].spans.map { $0?.end } == [0.75, nil, 1])
    }

    @Test("adds up where the chart does, and leaves a gap where a value is missing")
    func sums() throws {
        let plot = ChartPlot(try Self.chart(.cumulativeLine, [[Quantity(10), nil, Quantity(30)]]))
        #expect(plot.series[0].values.map { $0?.text } == ["10", nil, "40"])
        #expect(plot.series[0].spans.map { $0?.end } == [0.25, nil, 1])
    }

    @Test("has as many labels as there is room")
    func labels() throws {
        let plot = ChartPlot(try Self.chart(.bar, [[Quantity(1), Quantity(2), Quantity(3)]]))
        #expect(plot.labels(width: 300).map { $0.lines[0] } == ["Jan", "Feb", "Mar"])
        #expect(plot.labels(width: 40).count == 1)
    }
}
