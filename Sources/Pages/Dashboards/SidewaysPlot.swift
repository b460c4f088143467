import Charts
import Markup

/// Bars from left to right, one below the other, with their values behind them.
struct SidewaysPlot {
    let plot: ChartPlot
    let id: String
    let tips: [PlotMarkup.Tip]
    let format: NumberFormat

    /// The part of the width that the longest bar has; its value stands behind it.
    private static let longest = 74.0

    private var rowHeight: Double { plot.places.count <= 8 ? 40 : 26 }
    private var barHeight: Double { plot.places.count <= 8 ? 22 : 14 }
    private var height: Double { rowHeight * Double(plot.places.count) + 4 }

    var content: Markup {
        div(.class("xy")) {
            svg(.size(axisWidth, height), .decorative) {
                for (number, place) in plot.places.enumerated() {
                    svgText(
                        .class("al"),
                        .place(axisWidth - 10, middle(number) + 4),
                        .anchor("end")
                    ) {
                        place.name
                    }
                }
            }
            PlotFrame.plot(id, height: height, summary: plot.summary) {
                for place in plot.places.indices { row(place) }
            }
        }
    }

    private var axisWidth: Double {
        min((plot.places.map { ChartPlot.width(of: $0.name) * 1.1 }.max() ?? 0) + 14, 190)
    }

    private func middle(_ place: Int) -> Double { (Double(place) + 0.5) * rowHeight }

    @MarkupBuilder private func row(_ place: Int) -> Markup {
        for (number, series) in plot.series.enumerated() {
            if let span = series.spans[place], span.start != span.end {
                rect(
                    .class(PlotFrame.fill(series)),
                    .across(
                        min(span.start, span.end) * Self.longest,
                        abs(span.end - span.start) * Self.longest
                    ),
                    .numbers(["y": top(place, number), "height": thickness])
                )
            }
        }
        if let end = end(place) {
            svgText(
                .class("al n"),
                Attribute("x", PlotFrame.part(end.position * Self.longest + 1.5)),
                .numbers(["y": middle(place) + 4])
            ) { format.text(end.sum) }
        }
        rect(
            .class("hit"),
            .across(0, 100),
            .numbers(["y": middle(place) - rowHeight / 2, "height": rowHeight]),
            tips[place].attributes
        )
    }

    private var isStacked: Bool { plot.kind == .stackedBar }
    private var thickness: Double {
        isStacked ? barHeight : barHeight / Double(max(plot.series.count, 1))
    }

    private func top(_ place: Int, _ series: Int) -> Double {
        middle(place) - barHeight / 2 + (isStacked ? 0 : Double(series) * thickness)
    }

    /// Where the bars of a place end, and what they are together.
    private func end(_ place: Int) -> (position: Double, sum: Quantity)? {
        let values = plot.series.compactMap { $0.values[place] }
        guard !values.isEmpty, isStacked || plot.series.count == 1 else { return nil }
        let ends = plot.series.compactMap { $0.spans[place].map { max($0.start, $0.end) } }
        return (ends.max() ?? 0, values.reduce(.zero, +))
    }
}
