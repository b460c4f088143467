/// Where everything of a chart stands.
struct ChartLayout {
    let size: Point
    let facts: ShownFacts
    let header: ChartHeader
    let frame: PlotFrame
    let tickTexts: [String]
    let placeLabels: PlaceLabels
    /// The names at the ends of lines.
    let endLabels: [EndLabel]

    static let margin = 16.0
    /// Pixels between two ticks, at least: of an axis that goes up, and of one that goes to the right.
    private static let tickDistance = (up: 44.0, right: 80.0)
    /// Below this width, the names of lines stand above the plot.
    private static let narrow = 480.0

    init(_ chart: Chart, _ style: ChartStyle) {
        let size = Point(x: Double(style.width), y: Double(style.height))
        let facts = ShownFacts(chart)
        let namesAtEnds = chart.kind.isLines && size.x >= Self.narrow
        let inner = size.x - 2 * Self.margin
        let legend = Legend(chart, facts, namesSeries: !namesAtEnds, width: inner)
        let header = ChartHeader(chart, legend: legend, width: inner)
        (self.size, self.facts, self.header) = (size, facts, header)
        guard !chart.isSideways else {
            (frame, tickTexts, placeLabels) = Self.sideways(
                chart,
                facts,
                size,
                top: header.bottom + 10
            )
            endLabels = []
            return
        }
        let ends = namesAtEnds ? EndLabel.texts(chart, facts.series, room: size.x * 0.3) : []
        let right = size.x - Self.margin - Self.width(of: ends.map(\.text))
        (frame, tickTexts, placeLabels) = Self.upright(
            chart,
            facts,
            size,
            top: header.bottom + (facts.mayShowValues(of: chart) ? 20 : 12),
            right: right
        )
        endLabels = Self.endLabels(ends, frame)
    }

    private typealias Parts = (frame: PlotFrame, tickTexts: [String], placeLabels: PlaceLabels)

    /// Values go up, and places to the right.
    private static func upright(
        _ chart: Chart,
        _ facts: ShownFacts,
        _ size: Point,
        top: Double,
        right: Double
    ) -> Parts {
        let intervals = Int((size.y - top - 60) / tickDistance.up)
        let scale = facts.scale(of: chart, intervals: intervals)
        let ticks = tickTexts(chart.format, scale.ticks, room: size.x * 0.35)
        let left = margin + 8 + (ticks.map(PlaceLabels.width).max() ?? 0)
        let distance = (right - left) / Double(max(chart.axis.count, 1))
        let labels = PlaceLabels(
            chart.axis,
            distance: distance,
            start: left + distance / 2,
            size: size
        )
        let below = labels.height + 8 + (chart.bottomTitle.isEmpty ? 0 : ChartHeader.textLine)
        let room = facts.showsNegatives(of: chart) ? 16.0 : 0
        let bottom = max(size.y - below - room, top + 30)
        let plot = Box(left: left, top: top, right: right, bottom: bottom)
        let frame = PlotFrame(plot, scale, places: chart.axis.count, isSideways: false)
        return (frame, ticks, labels)
    }

    /// Values go to the right, and places down.
    private static func sideways(
        _ chart: Chart,
        _ facts: ShownFacts,
        _ size: Point,
        top: Double
    ) -> Parts {
        let below = 26 + (chart.bottomTitle.isEmpty ? 0 : ChartHeader.textLine)
        let bottom = max(size.y - below, top + 30)
        let distance = (bottom - top) / Double(max(chart.axis.count, 1))
        let labels = PlaceLabels(
            sideways: chart.axis.names,
            distance: distance,
            room: size.x * 0.35
        )
        let values = facts.mayShowValues(of: chart) ? facts.widestValue(of: chart) + 8 : 24
        let right = size.x - margin - values
        let negative = facts.showsNegatives(of: chart) ? values : 0
        let left = margin + 8 + labels.width + negative
        let intervals = Int((right - left) / tickDistance.right)
        let scale = facts.scale(of: chart, intervals: intervals)
        let plot = Box(left: left, top: top, right: right, bottom: bottom)
        let frame = PlotFrame(plot, scale, places: chart.axis.count, isSideways: true)
        return (frame, tickTexts(chart.format, scale.ticks, room: tickDistance.right - 10), labels)
    }

    /// Numbers of ticks that leave room for the plot: short ones where the wanted ones are too long.
    private static func tickTexts(
        _ format: NumberFormat,
        _ ticks: [Quantity],
        room: Double
    ) -> [String] {
        let wanted = format.texts(ofTicks: ticks)
        guard wanted.contains(where: { PlaceLabels.width($0) > room }) else { return wanted }
        return NumberFormat.short.texts(ofTicks: ticks)
            .map { TextWidth.shortened($0, size: PlaceLabels.size, to: room) }
    }

    private static func width(of endTexts: [String]) -> Double {
        let widest = endTexts.map { TextWidth.of($0, size: EndLabel.size) }.max()
        return widest.map { $0 * TextWidth.boldness + 8 } ?? 0
    }

    private static func endLabels(
        _ ends: [(series: ShownSeries, text: String)],
        _ frame: PlotFrame
    ) -> [EndLabel] {
        let wanted = ends.compactMap { series, text in
            series.last.map { last in
                (colour: series.colour, text: text, y: frame.position(of: last.value))
            }
        }
        return EndLabel.apart(wanted, from: frame.box.top, to: frame.box.bottom)
    }
}

extension ShownFacts {
    /// Bars beyond this have no room for their values.
    private static let mostBarsWithValues = 24

    /// Whether values may stand at the ends of bars.
    func mayShowValues(of chart: Chart) -> Bool {
        chart.kind.isBars && series.count == 1 && chart.axis.count <= Self.mostBarsWithValues
    }

    /// Whether values may stand at the ends of bars of negative numbers.
    fileprivate func showsNegatives(of chart: Chart) -> Bool {
        mayShowValues(of: chart)
            && series.contains { $0.values.contains { $0.map { $0 < .zero } ?? false } }
    }

    /// The pixels of the longest of the values at the ends of bars.
    func widestValue(of chart: Chart) -> Double {
        let values = series.first?.values.compactMap(\.self) ?? []
        return values.map { PlaceLabels.width(chart.format.text($0)) }.max() ?? 0
    }
}
