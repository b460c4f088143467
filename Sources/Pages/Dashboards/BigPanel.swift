import Charts
import Dashboards
import Markup
import Pipelines

/// A large figure, with what it is compared with and how it came to be.
struct BigPanel {
    private let big: BigFigure
    private let answer: PanelAnswer
    private let figures: PanelFigures
    private let words: FigureEvaluation
    private let foot: Markup

    init(
        _ big: BigFigure,
        _ answer: PanelAnswer,
        _ figures: PanelFigures,
        _ words: FigureEvaluation,
        foot: Markup
    ) {
        (self.big, self.answer, self.figures, self.words, self.foot) =
            (big, answer, figures, words, foot)
    }

    private var panel: Panel { answer.panel }
    private var rows: PanelRows { figures.rows }

    var content: Markup {
        section(.class("panel tile w\(panel.width)")) {
            div(.class("body")) {
                h2(.class("k")) {
                    words.text(panel.title)
                    if let row = shownRow, let name = name(row) {
                        span(.class("dim")) { " \(name)" }
                    }
                }
                div(.class("big")) {
                    FigureEvaluation.text(words.reduced(big.value, big.reduction), panel.format)
                    if let whole = big.whole {
                        " "
                        small { "of \(FigureEvaluation.text(words.value(whole), panel.format))" }
                    }
                }
                div(.class("delta")) {
                    comparison
                    if let note = panel.note { span { words.text(note) } }
                }
                spark
            }
            foot
        }
    }

    // MARK: Comparison

    /// The row that is shown; `nil` where it is not one.
    private var shownRow: Int? {
        guard !rows.rows.isEmpty else { return nil }
        switch big.reduction {
        case .first: return 0
        case .last: return rows.rows.count - 1
        default: return nil
        }
    }

    @MarkupBuilder private var comparison: Markup {
        if let comparison = big.comparison, let row = shownRow {
            let before = row - comparison.previous
            if let now = words.value(big.value, row: row).number,
                rows.rows.indices.contains(before),
                let then = words.value(big.value, row: before).number,
                let difference = difference(now, then, comparison)
            {
                span(.class(difference.classes)) { difference.text }
                span(.class("dim")) { " against \(name(before) ?? "before")" }
            }
        }
    }

    private func difference(
        _ now: Quantity,
        _ then: Quantity,
        _ comparison: BigFigure.Comparison
    ) -> (text: String, classes: String)? {
        let change = now - then
        let sign = change > .zero ? "▲" : change < .zero ? "▼" : "="
        let text: String
        if comparison.isShare {
            guard let share = change.magnitude / then.magnitude else { return nil }
            text = NumberFormat.percent(decimals: 1).text(share)
        } else {
            text = panel.format.text(change.magnitude)
        }
        guard let upIsGood = comparison.upIsGood, change != .zero else {
            return ("\(sign) \(text)", "")
        }
        return ("\(sign) \(text)", (change > .zero) == upIsGood ? "up" : "down")
    }

    /// The place of a row: a month, a day, or the text of its first column.
    private func name(_ row: Int) -> String? {
        guard let first = rows.columns.first, let text = rows.value(first.name, row),
            let day = CalendarDay(text)
        else { return nil }
        return text.utf8.count == 7 || figures.isByMonth
            ? day.monthName(withYear: true) : day.name
    }

    // MARK: What came before

    private static let size = (width: 96.0, height: 34.0)

    @MarkupBuilder private var spark: Markup {
        let values = figures.sparkRows.map { row in
            row.flatMap { words.value(big.value, row: $0).number }
        }
        if let kind = big.spark, values.count > 1, values.count <= 62,
            let largest = values.compactMap(\.self).max(), largest > .zero
        {
            svg(.class("tsp"), .size(Self.size.width, Self.size.height), .decorative) {
                switch kind {
                case .bars: bars(values, largest)
                case .line: line(values, largest)
                }
            }
        }
    }

    private func height(_ value: Quantity, _ largest: Quantity) -> Double {
        max((value / largest).flatMap { Double($0.text) } ?? 0, 0) * Self.size.height
    }

    private func bars(_ values: [Quantity?], _ largest: Quantity) -> Markup {
        let slot = Self.size.width / Double(values.count)
        return Markup(
            values.enumerated()
                .map { number, value in
                    guard let value else {
                        return rect(
                            .box(Double(number) * slot, 0, slot * 0.82, Self.size.height),
                            PlotFrame.hatched("missing")
                        )
                    }
                    let height = height(value, largest)
                    let isLast = number == values.count - 1
                    return rect(
                        .class(isLast ? "b1" : "b1 q2"),
                        .box(Double(number) * slot, Self.size.height - height, slot * 0.82, height)
                    )
                }
        )
    }

    private func line(_ values: [Quantity?], _ largest: Quantity) -> Markup {
        let slot = Self.size.width / Double(values.count - 1)
        var outline = ""
        var isOpen = false
        for (number, value) in values.enumerated() {
            guard let value else {
                isOpen = false
                continue
            }
            let y = Self.size.height - 2 - height(value, largest) * 0.9
            outline +=
                "\(isOpen ? "L" : "M")\(PlotFrame.text(Double(number) * slot)) \(PlotFrame.text(y))"
            isOpen = true
        }
        return path(.class("ln s1"), .outline(outline))
    }
}
