import Words

/// What the colours and hatchings mean, in rows above the plot.
struct Legend {
    /// What a swatch looks like.
    enum Swatch: Hashable {
        case series(colour: Int?)
        case missing
        case stale
        /// No swatch: a remark.
        case none

        /// The pixels before the text.
        var width: Double { self == .none ? 0 : 16 }
    }

    /// A swatch and its text.
    struct Item: Hashable {
        let swatch: Swatch
        let text: String
        /// From the left edge of the legend.
        let left: Double
    }

    let rows: [[Item]]

    static let size = 12.0
    private static let spaceBetween = 16.0
    private static let widestText = 200.0

    /// The legend of a chart, with rows of `width` pixels.
    init(_ chart: Chart, _ facts: ShownFacts, namesSeries: Bool, width: Double) {
        var texts: [(swatch: Swatch, text: String)] = []
        if namesSeries, facts.series.count > 1 {
            texts += facts.series.map { (.series(colour: $0.colour), $0.name) }
        }
        if facts.hasGaps { texts.append((.missing, "no value")) }
        if !facts.stale.isEmpty { texts.append((.stale, "stale")) }
        if chart.seriesLeftOut > 0 {
            texts.append((.none, "\(grouped(chart.seriesLeftOut)) more not shown"))
        }
        rows = Self.rows(texts, width: width)
    }

    private static func rows(
        _ texts: [(swatch: Swatch, text: String)],
        width: Double
    ) -> [[Item]] {
        // Two have room beside each other.
        let longest = min(widestText, (width - spaceBetween) / 2 - 16)
        var rows: [[Item]] = []
        var left = Double.infinity
        for (swatch, name) in texts {
            let text = TextWidth.shortened(name, size: size, to: longest)
            let needed = swatch.width + TextWidth.of(text, size: size)
            if left + needed > width {
                rows.append([])
                left = 0
            }
            rows[rows.count - 1].append(Item(swatch: swatch, text: text, left: left))
            left += needed + spaceBetween
        }
        return rows
    }
}
