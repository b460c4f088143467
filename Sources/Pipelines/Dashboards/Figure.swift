package import Charts

/// What is computed of the rows of a query: `paid + pending`, `sum(amount)`, `share(pending, 4)`.
package indirect enum Figure: Sendable, Hashable {
    /// What becomes of the rows' values.
    package enum Reduction: String, Sendable, Hashable, CaseIterable {
        case first
        case last
        case sum
        case average
        case least = "min"
        case most = "max"
    }

    /// What is done with two numbers.
    package enum Operator: String, Sendable, Hashable {
        case plus = "+"
        case minus = "-"
        case times = "*"
        case over = "/"
    }

    /// The value of a column, in one row.
    case column(String)
    case number(Quantity)
    case operation(Operator, Figure, Figure)
    case reduced(Reduction, Figure)
    /// How many rows there are.
    case count
    /// Which part of the sum the row has whose place is the text.
    case share(Figure, place: String)
    /// The value of a column in the row where another figure is largest.
    case top(String, by: Figure)
    /// The span of time that is shown, as people read it.
    case period

    /// The columns that it names.
    package var columns: Set<String> {
        switch self {
        case .column(let name): [name]
        case .number, .count, .period: []
        case .operation(_, let left, let right): left.columns.union(right.columns)
        case .reduced(_, let figure), .share(let figure, _): figure.columns
        case .top(let column, let figure): figure.columns.union([column])
        }
    }
}

/// A comparison of a figure with a number: `share(pending, 4) > 60 %`.
package struct FigureCondition: Sendable, Hashable {
    /// Whether it holds when the figure is larger.
    package var isAbove: Bool
    /// The figure.
    package var figure: Figure
    /// The number.
    package var limit: Quantity
}

/// Text with figures in it: `{sum(amount)|money.short} in {period}`, and `**strong**` words.
package struct FigureText: Sendable, Hashable {
    /// A part of it.
    package struct Part: Sendable, Hashable {
        /// What it says.
        package enum Content: Sendable, Hashable {
            case text(String)
            /// A figure, and how it is written; as the panel's numbers are where nothing is said.
            case figure(Figure, FigureFormat?)
        }

        /// What it says.
        package var content: Content
        /// Whether it is strong.
        package var isStrong: Bool
    }

    /// Its parts, in their order.
    package var parts: [Part]

    /// Text without figures.
    package init(_ text: String) {
        parts = text.isEmpty ? [] : [Part(content: .text(text), isStrong: false)]
    }

    init(parts: [Part]) { self.parts = parts }

    /// The columns that it names.
    package var columns: Set<String> {
        parts.reduce(into: []) { columns, part in
            if case .figure(let figure, _) = part.content { columns.formUnion(figure.columns) }
        }
    }

    /// The text without its figures.
    package var plain: String {
        parts.map { if case .text(let text) = $0.content { text } else { "" } }.joined()
    }
}
