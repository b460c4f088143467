import Words

/// Why there is no chart of some values.
public struct ChartError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let message: String
    /// The same without a value of the rows, for where these may not stand.
    public let outline: String

    /// The message.
    public var description: String { message }

    private init(message: String, outline: String? = nil) {
        self.message = message
        self.outline = outline ?? message
    }

    static func tooManyPlaces(_ count: Int) -> ChartError {
        ChartError(
            message: "the x axis would have \(counted(count, "place")), and a chart has room for "
                + "\(grouped(Chart.mostPlaces)): take a shorter time, or group by a longer one"
        )
    }

    static func tooManySeries(_ count: Int) -> ChartError {
        ChartError(
            message: "there are \(counted(count, "series")), and a chart takes "
                + "\(grouped(Chart.mostSeriesGiven)): group them in the query"
        )
    }

    static func lengths(series: String, values: Int, places: Int) -> ChartError {
        ChartError(
            message: "the series `\(shown(series))` has \(counted(values, "value")) for "
                + counted(places, "place"),
            outline: "a series has \(counted(values, "value")) for \(counted(places, "place"))"
        )
    }

    package static func twice(place: String, series: String?) -> ChartError {
        let whose = series.map { " of `\(shown($0))`" } ?? ""
        let advice = "a chart takes one for each x and series, group them in the query"
        return ChartError(
            message: "`\(shown(place))`\(whose) has two rows: \(advice)",
            outline: "two rows have the same x and series: \(advice)"
        )
    }

    package static func noNumber(place: String, series: String?, column: String) -> ChartError {
        let whose = series.map { " of `\(shown($0))`" } ?? ""
        let problem =
            "is no decimal number of at most \(Quantity.mostWholeDigits) digits before the point"
        return ChartError(
            message: "`\(column)` of `\(shown(place))`\(whose) \(problem)",
            outline: "`\(column)` of a row \(problem)"
        )
    }

    private static func shown(_ text: String) -> String {
        VisibleText.shortened(VisibleText.line(text), to: 60)
    }
}
