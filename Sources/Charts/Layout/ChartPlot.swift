/// A chart in parts of its plot, for pictures whose size is not known yet: pages whose charts are as wide as their place.
///
/// What is drawn, on which scale and what is missing is the same as in ``Chart/svg(_:)``.
package struct ChartPlot: Sendable {
    /// A number of the axis of values.
    package struct Tick: Sendable, Hashable {
        /// 0 at the beginning of the axis, 1 at its end.
        package let position: Double
        /// The number as it is written.
        package let text: String
    }

    /// A place of the axis of places.
    package struct Place: Sendable, Hashable {
        /// Its whole name.
        package let name: String
        /// Whether it is hatched because a value is missing.
        package let isMissing: Bool
        /// Whether it is hatched because its values are old.
        package let isStale: Bool
    }

    /// A label of a place.
    package struct Label: Sendable, Hashable {
        /// The place's number.
        package let place: Int
        /// One line or two.
        package let lines: [String]
    }

    /// A series as it is drawn.
    package struct Series: Sendable, Hashable {
        /// From where to where a value is drawn, on the axis of values.
        package struct Span: Sendable, Hashable {
            package let start: Double
            package let end: Double
        }

        /// Which of the colours it has; `nil` for the rest that shares one.
        package let colour: Int?
        /// What the legend says.
        package let name: String
        /// Sums where the chart adds up.
        package let values: [Quantity?]
        /// One for each value; lines end where the value is.
        package let spans: [Span?]
    }

    /// How values are drawn.
    package let kind: Chart.Kind
    /// Whether bars go from left to right.
    package let isSideways: Bool
    /// From the lowest to the highest.
    package let ticks: [Tick]
    /// Where zero is; `nil` where the axis does not have it.
    package let zero: Double?
    /// From left to right, or from top to bottom.
    package let places: [Place]
    /// In the order of the legend.
    package let series: [Series]
    /// How many series are not drawn.
    package let seriesLeftOut: Int
    /// The chart in words.
    package let summary: String

    private let axis: PlaceAxis

    /// The plot of a chart whose axis of values has room for so many distances of ticks.
    package init(_ chart: Chart, intervals: Int = 4) {
        let facts = ShownFacts(chart)
        let scale = facts.scale(of: chart, intervals: intervals)
        kind = chart.kind
        isSideways = chart.isSideways
        let texts = chart.format.texts(ofTicks: scale.ticks)
        ticks = zip(scale.ticks, texts).map { Tick(position: scale.position(of: $0), text: $1) }
        zero = scale.low <= .zero && scale.high >= .zero ? scale.position(of: .zero) : nil
        places = chart.axis.names.enumerated()
            .map { number, name in
                Place(
                    name: name,
                    isMissing: facts.missing.contains(number),
                    isStale: facts.stale.contains(number)
                )
            }
        series = facts.series.map { shown in
            Series(
                colour: shown.colour,
                name: shown.name,
                values: shown.values,
                spans: zip(shown.values, shown.spans)
                    .map { value, span in
                        guard let value, let span else { return nil }
                        // A line is drawn where its value is, wherever its axis begins.
                        let isLine = chart.kind.isLines
                        return Series.Span(
                            start: scale.position(of: isLine ? max(scale.low, .zero) : span.start),
                            end: scale.position(of: isLine ? value : span.end)
                        )
                    }
            )
        }
        seriesLeftOut = chart.seriesLeftOut
        summary = ChartSummary(chart).text
        axis = chart.axis
    }

    /// The labels of places that have room in so many pixels.
    package func labels(width: Double) -> [Label] {
        let distance = width / Double(max(places.count, 1))
        let labels = PlaceLabels(
            axis,
            distance: distance,
            start: distance / 2,
            size: Point(x: width, y: 400)
        )
        guard labels.areSlanted else {
            return labels.labels.map { Label(place: $0.place, lines: $0.lines) }
        }
        // What would lean is cut.
        let every = max(Int((Self.shortest / distance).rounded(.up)), 1)
        return stride(from: 0, to: places.count, by: every)
            .map { place in
                let room = distance * Double(every) - 6
                let text = TextWidth.shortened(
                    axis.names[place],
                    size: PlaceLabels.size,
                    to: room
                )
                return Label(place: place, lines: [text])
            }
    }

    /// The pixels of a label that is cut, with what parts it from the next, at least.
    private static let shortest = 50.0

    /// The pixels that a text takes, at the size of labels.
    package static func width(of text: String) -> Double { PlaceLabels.width(text) }
}
