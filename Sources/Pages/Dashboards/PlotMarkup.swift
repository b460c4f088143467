import Charts
import Markup

/// A chart as a page has it: as wide as there is room, with text that keeps its size.
///
/// Bars, labels and circles stand at parts of the width, and what is a path is stretched. Colours are classes.
struct PlotMarkup {
    /// What is told of a place under the pointer: a name, and lines of names with values.
    struct Tip {
        let title: String
        let lines: [(name: String, value: String)]
        /// Where a click on the place leads.
        var link: Link?

        /// What a part of a picture has for it.
        var attributes: Attribute {
            .all([.tip(title, lines)] + (link.map { [.leads(to: $0)] } ?? []))
        }
    }

    let plot: ChartPlot
    /// What it is called, for ids and those who do not see it.
    let id: String
    let tips: [Tip]
    let format: NumberFormat
    /// The pixels that it has on a wide page, about.
    let width: Double

    private static let top = 12.0
    private static let bottom = 208.0
    private static let height = 232.0

    /// The picture.
    var content: Markup {
        guard !plot.places.isEmpty else { return p(.class("body dim")) { "There are no rows." } }
        return plot.isSideways
            ? SidewaysPlot(plot: plot, id: id, tips: tips, format: format).content : upright
    }

    private var upright: Markup {
        div(.class("xy")) {
            svg(.size(axisWidth, Self.height), .decorative) {
                for tick in plot.ticks {
                    svgText(
                        .class("ax"),
                        .place(axisWidth - 8, y(tick.position) + 4),
                        .anchor("end")
                    ) { tick.text }
                }
            }
            PlotFrame.plot(id, height: Self.height, summary: plot.summary) {
                for tick in plot.ticks where tick.position != plot.zero {
                    line("gl", tick.position)
                }
                hatchings
                marks
                if let zero = plot.zero { line("base", zero) }
                labels
                for place in plot.places.indices { hit(place) }
                endLabels
            }
        }
    }

    private var axisWidth: Double {
        (plot.ticks.map { ChartPlot.width(of: $0.text) }.max() ?? 0) + 14
    }

    // MARK: Places

    private func y(_ position: Double) -> Double {
        Self.bottom - (Self.bottom - Self.top) * position
    }

    /// The part of the width that a place has.
    private var slot: Double { 100 / Double(plot.places.count) }

    private func middle(_ place: Int) -> Double { (Double(place) + 0.5) * slot }

    private func line(_ name: String, _ position: Double) -> Markup {
        svgLine(
            .class(name),
            Attribute("x1", "0"),
            Attribute("x2", "100%"),
            .numbers(["y1": y(position), "y2": y(position)])
        )
    }

    private func hit(_ place: Int) -> Markup {
        rect(
            .class("hit"),
            .across(Double(place) * slot, slot),
            .numbers(["y": 0, "height": Self.bottom]),
            tips[place].attributes
        )
    }

    @MarkupBuilder private var hatchings: Markup {
        for place in plot.places.indices where plot.places[place].isMissing {
            hatching(place, "missing")
        }
        for place in plot.places.indices where plot.places[place].isStale {
            hatching(place, "stale")
        }
    }

    private func hatching(_ place: Int, _ name: StaticString) -> Markup {
        rect(
            .across(Double(place) * slot + slot * 0.08, slot * 0.84),
            .numbers(["y": Self.top, "height": Self.bottom - Self.top]),
            PlotFrame.hatched(name)
        )
    }

    /// Those that have room on a narrow page, too; the others are shown on a wide one.
    private var labels: Markup {
        let narrow = Set(plot.labels(width: 270).map(\.place))
        return Markup(
            plot.labels(width: width)
                .map { label in
                    svgText(
                        .class(narrow.contains(label.place) ? "ax" : "ax wide"),
                        Attribute("x", PlotFrame.part(middle(label.place))),
                        .numbers(["y": Self.height - 6]),
                        .anchor("middle")
                    ) { label.lines[0] }
                }
        )
    }

    // MARK: Marks

    @MarkupBuilder private var marks: Markup {
        if plot.kind.isBars {
            bars
        } else {
            for part in plot.series.indices {
                if plot.kind == .area { area(plot.series[part], PlotFrame.fill(plot.series[part])) }
                if plot.kind == .cumulativeLine, part == 0 { area(plot.series[0], "area") }
            }
            if plot.kind != .area { for series in plot.series { line(series) } }
        }
    }

    private var bars: Markup {
        let isStacked = plot.kind == .stackedBar
        let count = isStacked ? 1 : max(plot.series.count, 1)
        let wide = slot * 0.66 / Double(count)
        return Markup(
            plot.series.enumerated()
                .flatMap { number, series in
                    series.spans.enumerated()
                        .compactMap { place, span in
                            guard let span, span.start != span.end else { return nil }
                            let low = y(min(span.start, span.end))
                            let high = y(max(span.start, span.end))
                            // What parts one from the next.
                            let gap = isStacked && low - high > 3 ? 1.0 : 0
                            let left =
                                Double(place) * slot + slot * 0.17
                                + (isStacked ? 0 : Double(number) * wide)
                            return rect(
                                .class(PlotFrame.fill(series)),
                                .across(left, wide),
                                .numbers(["y": high, "height": low - high - gap])
                            )
                        }
                }
        )
    }

    private func area(_ series: ChartPlot.Series, _ name: String) -> Markup {
        stretched(
            name,
            runs(series)
                .map { run in
                    let tops = run.map { point($0, series.spans[$0]?.end ?? 0) }
                    let bottoms = run.reversed()
                        .map { place in
                            let start =
                                plot.kind == .area ? series.spans[place]?.start : plot.zero
                            return point(place, start ?? 0)
                        }
                    return "M" + (tops + bottoms).joined(separator: "L") + "Z"
                }
        )
    }

    @MarkupBuilder private func line(_ series: ChartPlot.Series) -> Markup {
        stretched(
            "ln \(PlotFrame.stroke(series)) nss",
            runs(series)
                .map { run in
                    "M" + run.map { point($0, series.spans[$0]?.end ?? 0) }.joined(separator: "L")
                }
        )
        if plot.places.count <= 31 {
            for place in plot.places.indices {
                if let span = series.spans[place] {
                    circle(
                        .class("pt \(PlotFrame.stroke(series))"),
                        Attribute("cx", PlotFrame.part(middle(place))),
                        .numbers(["cy": y(span.end), "r": 2.6])
                    )
                }
            }
        }
    }

    private func point(_ place: Int, _ position: Double) -> String {
        "\(PlotFrame.text(middle(place))) \(PlotFrame.text(y(position)))"
    }

    private func stretched(_ name: String, _ paths: [String]) -> Markup {
        svg(
            Attribute("width", "100%"),
            .numbers(["height": Self.height]),
            Attribute("viewBox", "0 0 100 \(PlotFrame.text(Self.height))"),
            Attribute("preserveAspectRatio", "none")
        ) {
            path(.class(name), .outline(paths.joined()))
        }
    }

    private func runs(_ series: ChartPlot.Series) -> [[Int]] {
        var runs: [[Int]] = []
        for place in series.spans.indices where series.spans[place] != nil {
            if runs.last?.last == place - 1 {
                runs[runs.count - 1].append(place)
            } else {
                runs.append([place])
            }
        }
        return runs
    }

    /// The last values of two lines at most: the upper one's above its line, the other's below all that it would cross.
    private var endLabels: Markup {
        guard plot.namesItsLines else { return Markup() }
        let ends = plot.series.compactMap { series -> (ChartPlot.Series, Int, Quantity, Double)? in
            guard let place = series.spans.lastIndex(where: { $0 != nil }),
                let value = series.values[place], let span = series.spans[place]
            else { return nil }
            return (series, place, value, span.end)
        }
        let highest = ends.map(\.3).max()
        return Markup(
            ends.map { series, place, value, position in
                let isUpper = ends.count > 1 && position == highest
                let name = plot.series.count > 1 ? "\(series.name) " : ""
                return svgText(
                    .class("lb \(PlotFrame.name(series))"),
                    Attribute("x", PlotFrame.part(min(middle(place) + slot / 3, 99))),
                    .numbers(["y": isUpper ? above(place) : below(place)]),
                    .anchor("end")
                ) { name + format.text(value) }
            }
        )
    }

    /// Above all lines where a label stands that ends at a place.
    private func above(_ place: Int) -> Double {
        let first = max(place - Int(Double(plot.places.count) * 0.3), 0)
        let highest = plot.series.flatMap { $0.spans[first...place].compactMap { $0?.end } }.max()
        return max(y(highest ?? 1) - 8, 10)
    }

    /// Below all lines where a label stands that ends at a place.
    private func below(_ place: Int) -> Double {
        let first = max(place - Int(Double(plot.places.count) * 0.3), 0)
        let lowest = plot.series.flatMap { $0.spans[first...place].compactMap { $0?.end } }.min()
        return min(y(lowest ?? 0) + 16, Self.bottom - 4)
    }
}

extension ChartPlot {
    /// Whether lines have their names at their ends, and need no legend.
    var namesItsLines: Bool { (kind == .cumulativeLine || kind == .line) && series.count <= 2 }
}

/// What all plots have.
enum PlotFrame {
    /// A picture that takes the keyboard: arrow keys go from place to place.
    static func plot(
        _ id: String,
        height: Double,
        summary: String,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        svg(
            .class("plot"),
            .numbers(["height": height]),
            .tabIndex(0),
            .role("img"),
            .labelled(by: "t-\(id) d-\(id)")
        ) {
            svgDescription(.id("d-\(id)")) { summary }
            content()
        }
    }

    /// A part of the width, of 100.
    static func part(_ part: Double) -> String { text(part) + "%" }

    /// A number of at most three digits behind the point.
    static func text(_ number: Double) -> String {
        let thousandths = Int((number * 1_000).rounded())
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let sign = thousandths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(rest)
        while digits.utf8.count < 3 { digits = "0" + digits }
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    static func fill(_ series: ChartPlot.Series) -> String {
        "b\(series.colour.map { $0 + 1 } ?? 0)"
    }
    static func stroke(_ series: ChartPlot.Series) -> String {
        "s\(series.colour.map { $0 + 1 } ?? 0)"
    }
    static func name(_ series: ChartPlot.Series) -> String {
        "n\(series.colour.map { $0 + 1 } ?? 0)"
    }

    /// The hatching of a kind, which ``hatchings`` defines once a page.
    static func hatched(_ name: StaticString) -> Attribute {
        Attribute("fill", "url(#hatch-\(name))")
    }

    /// The hatchings of a page.
    static let hatchings = Markup(
        written: """
            <svg width="0" height="0" class="vh" aria-hidden="true"><defs>\
            <pattern id="hatch-missing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
            <line class="miss" x1="3" y1="0" x2="3" y2="6"/></pattern>\
            <pattern id="hatch-stale" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">\
            <line class="old" x1="3" y1="0" x2="3" y2="6"/></pattern></defs></svg>
            """
    )
}

extension Attribute {
    /// `x` and `width`, in parts of the width.
    static func across(_ left: Double, _ width: Double) -> Attribute {
        .all([Attribute("x", PlotFrame.part(left)), Attribute("width", PlotFrame.part(width))])
    }
}
