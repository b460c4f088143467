/// The name and the last value of a line, at its end.
struct EndLabel: Hashable {
    let colour: Int?
    let text: String
    /// Where its middle stands.
    let y: Double

    static let size = 11.0
    private static let lineHeight = 15.0

    /// What the labels say, in the order of the series; series without a value have none.
    ///
    /// - Parameters:
    ///   - chart: The chart.
    ///   - series: Its series.
    ///   - room: The pixels that a label may take.
    /// - Returns: Each series with its label.
    static func texts(
        _ chart: Chart,
        _ series: [ShownSeries],
        room: Double
    ) -> [(series: ShownSeries, text: String)] {
        let room = room / TextWidth.boldness
        return series.compactMap { shown in
            guard let last = shown.last else { return nil }
            let exact = chart.format.text(last.value)
            let fits = TextWidth.of(exact, size: size) <= room / 2
            let value = fits ? exact : NumberFormat.short.text(last.value)
            let rest = room - TextWidth.of(" · \(value)", size: size)
            let name = TextWidth.shortened(shown.name, size: size, to: rest)
            let text = series.count > 1 && !name.isEmpty ? "\(name) · \(value)" : value
            return (shown, TextWidth.shortened(text, size: size, to: room))
        }
    }

    /// Labels as near to where lines end as they can be without touching each other.
    ///
    /// - Parameters:
    ///   - wanted: Their colours, texts, and where the lines end.
    ///   - top: Where the first may stand.
    ///   - bottom: Where the last may stand.
    /// - Returns: The labels from top to bottom.
    static func apart(
        _ wanted: [(colour: Int?, text: String, y: Double)],
        from top: Double,
        to bottom: Double
    ) -> [EndLabel] {
        let ordered = wanted.sorted { $0.y < $1.y }
        var ys = ordered.map { min(max($0.y, top), bottom) }
        for place in ys.indices.dropFirst() {
            ys[place] = max(ys[place], ys[place - 1] + lineHeight)
        }
        var limit = bottom
        for place in ys.indices.reversed() {
            ys[place] = min(ys[place], limit)
            limit = ys[place] - lineHeight
        }
        return zip(ordered, ys).map { EndLabel(colour: $0.colour, text: $0.text, y: $1) }
    }
}
