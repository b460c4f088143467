import Charts
import Dashboards
import Markup
import Pipelines
import Words

/// Rows of a query as a table, with links, bars and colours.
struct RowsMarkup {
    private let plan: PanelTable
    private let rows: PanelRows
    private let most: Int
    private let linksRows: Bool

    /// The columns that are shown, each with its place among the query's.
    private let columns: [(column: PanelTable.Column, index: Int)]

    /// The largest numbers of the columns that have bars, without their signs.
    private let largest: [Int: Quantity]

    init(_ plan: PanelTable, _ rows: PanelRows, most: Int, linksRows: Bool) {
        (self.plan, self.rows, self.most, self.linksRows) = (plan, rows, most, linksRows)
        let named = Dictionary(
            plan.columns.map { (ExactText($0.name), $0) },
            uniquingKeysWith: { one, _ in one }
        )
        // What a link is made of needs no column of its own.
        let linked = Set(plan.columns.compactMap(\.link).flatMap { KeyedName($0).columns }.exact)
        columns = rows.columns.enumerated()
            .compactMap { index, column in
                if let own = named[ExactText(column.name)] { return (own, index) }
                guard !linked.contains(ExactText(column.name)) else { return nil }
                return (Self.standard(column.name), index)
            }
        largest = Dictionary(
            columns.filter(\.column.hasBar)
                .compactMap { _, index in
                    rows.rows.lazy.compactMap { $0[index].flatMap { Quantity($0)?.magnitude } }
                        .max()
                        .map { (index, $0) }
                },
            uniquingKeysWith: { one, _ in one }
        )
    }

    private static func standard(_ name: String) -> PanelTable.Column {
        PanelTable.Column(name: name, title: Panel.title(ofColumn: name))
    }

    var content: Markup {
        table {
            thead {
                tr {
                    for (column, index) in columns {
                        th(.scope("col"), isNumber(index) ? .class("num") : nil) { column.title }
                        if column.hasBar { th(.class("pw2")) { span(.class("vh")) { "Bar" } } }
                    }
                }
            }
            tbody {
                for row in rows.rows.prefix(most) {
                    tr { for (column, index) in columns { cell(row, column, index) } }
                }
            }
        }
    }

    private func isNumber(_ index: Int) -> Bool { rows.columns[index].kind == .number }

    @MarkupBuilder
    private func cell(_ row: [String?], _ column: PanelTable.Column, _ index: Int) -> Markup {
        let number = isNumber(index) ? row[index].flatMap { Quantity($0) } : nil
        td(.class(classes(number, column, index))) {
            linked(text(row[index], number, column), row, column)
        }
        if column.hasBar {
            td(.class("pw2")) {
                if let number, let share = share(number, index) {
                    svg(
                        .class("bar"),
                        Attribute("viewBox", "0 0 100 8"),
                        Attribute("preserveAspectRatio", "none"),
                        .decorative
                    ) { rect(.class("b1"), .numbers(["width": share * 100, "height": 8])) }
                }
            }
        }
    }

    private func text(_ text: String?, _ number: Quantity?, _ column: PanelTable.Column) -> String {
        guard let text else { return "–" }
        if let number { return (column.format ?? .plain).text(number) }
        return column.format?.text(text) ?? (text == "t" ? "yes" : text == "f" ? "no" : text)
    }

    private func linked(_ text: String, _ row: [String?], _ column: PanelTable.Column) -> Markup {
        guard let link = column.link, linksRows || link.utf8.starts(with: "/dashboards/".utf8)
        else {
            return Markup(text: text)
        }
        let values = zip(rows.columns, row)
            .compactMap { column, value in value.map { (column.name, $0) } }
        let named = Dictionary(values, uniquingKeysWith: { one, _ in one })
        return a(.href(Link(template: link, values: named))) { text }
    }

    private func classes(_ number: Quantity?, _ column: PanelTable.Column, _ index: Int) -> String {
        var classes = isNumber(index) ? ["num"] : []
        if let number {
            let colour = column.colours.first { colour in
                colour.below.map { number < $0 } ?? false
                    || colour.above.map { number > $0 } ?? false
            }
            if let colour { classes.append("is-\(colour.meaning.rawValue)") }
            if let upIsGood = column.upIsGood, number != .zero {
                classes.append((number > .zero) == upIsGood ? "up" : "down")
            }
        }
        return classes.joined(separator: " ")
    }

    private func share(_ number: Quantity, _ index: Int) -> Double? {
        guard let largest = largest[index], let share = number.magnitude / largest else {
            return nil
        }
        return Double(share.text)
    }
}
