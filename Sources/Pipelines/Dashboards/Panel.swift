package import Charts
package import Words

/// A part of a dashboard: what one query gives, shown in one way.
package struct Panel: Sendable, Hashable {
    /// How it is shown.
    package enum Kind: Sendable, Hashable {
        /// Sentences with figures.
        case text(FigureText)
        /// One large figure.
        case big(BigFigure)
        /// A picture of values along an axis.
        case chart(PanelChart)
        /// Rows.
        case table(PanelTable)
        /// Colours by two columns.
        case heat(HeatMap)
    }

    /// Its name in addresses, made of its title.
    package var id: String
    /// What stands on top; a title of a large figure may have figures in it.
    package var title: FigureText
    /// How it is shown.
    package var kind: Kind
    /// What it shows.
    package var query: PanelQuery
    /// Columns of twelve that it takes.
    package var width: Int
    /// A sentence below it.
    package var note: FigureText?
    /// How its numbers are written.
    package var format: FigureFormat
    /// The columns that its query has to have, where the file names them.
    package var columns: [NamedColumn]
}

/// A column that a dashboard names, and where.
package struct NamedColumn: Sendable, Hashable {
    /// The column.
    package var name: String
    /// Where its name stands.
    package var position: Diagnostic.Position
    /// How many characters it takes.
    package var length: Int
}

/// A query of a dashboard.
package struct PanelQuery: Sendable, Hashable {
    /// The SQL with its `:name`.
    package var sql: String
    /// Where it stands in the file.
    package var origin: SQLOrigin

    /// The names of its placeholders, in their order.
    package var placeholders: [String] { SQLText(sql).placeholders }

    /// The columns of which it makes sums, as it names them, without what is computed inside of `sum(…)`.
    package var summedColumns: Set<String> {
        let tokens = SQLScan(sql).tokens
        let sums = tokens.indices.dropLast(3)
            .filter { tokens[$0] == .word("sum") && tokens[$0 + 1] == .sign("(") }
        return Set(sums.compactMap { Self.column(tokens[($0 + 2)...]) })
    }

    /// The column of `amount)` and `s.amount)`; `nil` of anything else.
    private static func column(_ tokens: ArraySlice<SQLScan.Token>) -> String? {
        let inside = Array(tokens.prefix { $0 != .sign(")") })
        guard inside.count == 1 || inside.count == 3 && inside[1] == .sign(".") else { return nil }
        return switch inside.last {
        case .word(let name)?, .quoted(let name)?: name
        default: nil
        }
    }
}

/// One large figure with what it is compared with.
package struct BigFigure: Sendable, Hashable {
    /// What a figure is compared with.
    package struct Comparison: Sendable, Hashable {
        /// How many rows before.
        package var previous: Int
        /// Whether the difference is told as a share.
        package var isShare: Bool
        /// Whether more is better; `nil` where neither is.
        package var upIsGood: Bool?
    }

    /// How the rows before are drawn beside it.
    package enum Spark: String, Sendable, Hashable, CaseIterable {
        case bars
        case line
    }

    /// What a row says.
    package var value: Figure
    /// Which row, or all of them.
    package var reduction: Figure.Reduction
    /// The whole that it is a part of.
    package var whole: Figure?
    /// What it is compared with.
    package var comparison: Comparison?
    /// How the rows before are drawn.
    package var spark: Spark?
}

/// A picture of values along an axis.
package struct PanelChart: Sendable, Hashable {
    /// Where series come from.
    package enum Series: Sendable, Hashable {
        /// A column each, with what the legend says.
        case columns([(column: String, title: String)])
        /// The rows of each value of a column.
        case rows(by: String, y: String, most: Int)

        package static func == (one: Series, other: Series) -> Bool {
            switch (one, other) {
            case (.columns(let one), .columns(let other)):
                one.elementsEqual(other) { $0 == $1 }
            case (.rows(let by, let y, let most), .rows(let otherBy, let otherY, let otherMost)):
                (by, y, most) == (otherBy, otherY, otherMost)
            default: false
            }
        }

        package func hash(into hasher: inout Hasher) {
            switch self {
            case .columns(let columns): for column in columns { hasher.combine(column.column) }
            case .rows(let by, let y, let most):
                hasher.combine([by, y])
                hasher.combine(most)
            }
        }
    }

    /// What a value should be at the end.
    package struct Target: Sendable, Hashable {
        /// The number.
        package var value: Quantity
        /// Whether an equal part of it belongs to each place.
        package var isSpread: Bool
        /// What it is called.
        package var name: String
    }

    /// How values are drawn.
    package var kind: Chart.Kind
    /// The column of the x axis, with what its values are called.
    package var x: NamedValues
    /// Where series come from.
    package var series: Series
    /// Whether bars go from left to right.
    package var isSideways: Bool
    /// Columns whose values are told beside a place.
    package var hover: [String]
    /// What a value should be.
    package var target: Target?
}

/// A column, with words for some of its values.
package struct NamedValues: Sendable, Hashable {
    /// The column.
    package var column: String
    /// What people read, by the value as the server writes it.
    package var names: [ExactText: String] = [:]
    /// The values that have words, in the order in which they are written.
    package var order: [ExactText] = []

    /// A column; words in the order in which they are written.
    package init(column: String, names: [ExactText: String] = [:], order: [ExactText] = []) {
        (self.column, self.names, self.order) = (column, names, order)
    }

    /// What people read for a value.
    package func name(of value: ExactText) -> String { names[value] ?? value.text }
}

/// Rows with columns.
package struct PanelTable: Sendable, Hashable {
    /// A column of it.
    package struct Column: Sendable, Hashable {
        /// From where on a number is coloured.
        package struct Colour: Sendable, Hashable {
            /// What the number is below.
            package var below: Quantity?
            /// What the number is above.
            package var above: Quantity?
            /// What it means.
            package var meaning: Meaning
        }

        /// What a colour means.
        package enum Meaning: String, Sendable, Hashable, CaseIterable {
            case good
            case fair
            case bad
        }

        /// Its name in the query.
        package var name: String
        /// Its head.
        package var title: String
        /// Where its values lead: a path of the console, with `{column}`.
        package var link: String?
        /// How its values are written.
        package var format: FigureFormat?
        /// Whether a bar shows how large a value is.
        package var hasBar: Bool
        /// When a value is coloured.
        package var colours: [Colour]
        /// Whether a positive number is good; `nil` where neither is.
        package var upIsGood: Bool?

        /// A column.
        package init(
            name: String,
            title: String,
            link: String? = nil,
            format: FigureFormat? = nil,
            hasBar: Bool = false,
            colours: [Colour] = [],
            upIsGood: Bool? = nil
        ) {
            (self.name, self.title, self.link, self.format) = (name, title, link, format)
            (self.hasBar, self.colours, self.upIsGood) = (hasBar, colours, upIsGood)
        }
    }

    /// The columns with settings of their own, in the order in which they are written.
    package var columns: [Column]
    /// The rows that are shown at first.
    package var rows: Int

    /// A table.
    package init(columns: [Column], rows: Int) { (self.columns, self.rows) = (columns, rows) }
}

/// Colours by two columns.
package struct HeatMap: Sendable, Hashable {
    /// From left to right.
    package var x: NamedValues
    /// From top to bottom.
    package var y: NamedValues
    /// The column of what is coloured.
    package var value: String
}

extension Panel {
    /// A column's name as a head: `customer_id` is `Customer id`.
    package static func title(ofColumn name: String) -> String { DashboardReading.title(name) }
}
