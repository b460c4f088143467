/// What stands above the plot.
struct ChartHeader {
    let titleLines: [String]
    let subtitle: String
    let legend: Legend
    /// What the axis on the left shows.
    let leftTitle: String

    static let titleLine = 20.0
    static let textLine = 18.0
    private static let titleSize = 15.0

    init(_ chart: Chart, legend: Legend, width: Double) {
        let titleWidth = width / TextWidth.boldness
        titleLines =
            chart.title.isEmpty
            ? [] : TextWidth.lines(chart.title, size: Self.titleSize, width: titleWidth)
        subtitle = TextWidth.shortened(chart.subtitle, size: 12, to: width)
        leftTitle = TextWidth.shortened(chart.leftTitle, size: 11, to: width)
        self.legend = legend
    }

    /// Where the titles end.
    var titlesBottom: Double {
        let titles = ChartLayout.margin + Double(titleLines.count) * Self.titleLine
        return titles + (subtitle.isEmpty ? 0 : Self.textLine)
    }

    /// Where the legend ends.
    var legendBottom: Double {
        legend.rows.isEmpty
            ? titlesBottom : titlesBottom + 4 + Double(legend.rows.count) * Self.textLine
    }

    /// Where all of it ends.
    var bottom: Double { legendBottom + (leftTitle.isEmpty ? 0 : Self.textLine) }
}
