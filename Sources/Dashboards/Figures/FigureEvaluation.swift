package import Charts
package import Pipelines

/// What a figure is.
package enum FigureValue: Sendable, Hashable {
    /// A number.
    case number(Quantity)
    /// A text.
    case text(String)
    /// There are no rows, or the row has no value.
    case nothing

    /// The number; `nil` of anything else.
    package var number: Quantity? {
        if case .number(let number) = self { number } else { nil }
    }
}

/// Computes figures of rows.
package struct FigureEvaluation: Sendable {
    private let rows: PanelRows
    /// The column of the places that `share` names.
    private let place: String?
    /// The span of time that is shown.
    private let period: String
    /// How numbers are written that say nothing themselves.
    private let format: FigureFormat

    /// Computes figures of a panel's rows.
    package init(_ rows: PanelRows, of answer: PanelAnswer) {
        let place: String? =
            switch answer.panel.kind {
            case .chart(let chart): chart.x.column
            case .heat(let heat): heat.x.column
            default: rows.columns.first?.name
            }
        self.init(
            rows,
            place: place,
            period: answer.choices.span?.title ?? "",
            format: answer.panel.format
        )
    }

    /// Computes figures of rows.
    init(
        _ rows: PanelRows,
        place: String? = nil,
        period: String = "",
        format: FigureFormat = .plain
    ) {
        (self.rows, self.place, self.period, self.format) = (rows, place, period, format)
    }

    // MARK: Values

    /// What a figure is; a column stands for its value in one row, which is the first unless another is said.
    package func value(_ figure: Figure, row: Int = 0) -> FigureValue {
        switch figure {
        case .column(let name): return cell(name, row)
        case .number(let number): return .number(number)
        case .period: return .text(period)
        case .count: return .number(Quantity(rows.rows.count))
        case .operation(let sign, let left, let right):
            return Self.number(
                Self.result(sign, value(left, row: row).number, value(right, row: row).number)
            )
        case .reduced(let reduction, let figure): return reduced(figure, reduction)
        case .share(let figure, let place): return Self.number(share(figure, place))
        case .top(let column, let figure):
            let best = rows.rows.indices
                .compactMap { row in value(figure, row: row).number.map { (row, $0) } }
                .max { ($0.1, $1.0) < ($1.1, $0.0) }
            return best.map { cell(column, $0.0) } ?? .nothing
        }
    }

    /// What becomes of the values of all rows.
    package func reduced(_ figure: Figure, _ reduction: Figure.Reduction) -> FigureValue {
        guard !rows.rows.isEmpty else { return reduction == .sum ? .number(.zero) : .nothing }
        switch reduction {
        case .first: return value(figure, row: 0)
        case .last: return value(figure, row: rows.rows.count - 1)
        case .sum: return .number(numbers(figure).reduce(.zero, +))
        case .average:
            let numbers = numbers(figure)
            return Self.number(numbers.reduce(.zero, +) / Quantity(numbers.count))
        case .least: return Self.number(numbers(figure).min())
        case .most: return Self.number(numbers(figure).max())
        }
    }

    /// The numbers of all rows that have one.
    package func numbers(_ figure: Figure) -> [Quantity] {
        rows.rows.indices.compactMap { value(figure, row: $0).number }
    }

    private func share(_ figure: Figure, _ place: String) -> Quantity? {
        guard let column = self.place else { return nil }
        let total = numbers(figure).reduce(.zero, +)
        let part = rows.rows.indices
            .filter { rows.value(column, $0).map { $0.utf8.elementsEqual(place.utf8) } ?? false }
            .compactMap { value(figure, row: $0).number }.reduce(.zero, +)
        return part / total
    }

    private func cell(_ column: String, _ row: Int) -> FigureValue {
        guard let text = rows.value(column, row), let index = rows.index(of: column) else {
            return .nothing
        }
        guard rows.columns[index].kind == .number else { return .text(text) }
        return Quantity(text).map { .number($0) } ?? .text(text)
    }

    private static func number(_ number: Quantity?) -> FigureValue {
        number.map { .number($0) } ?? .nothing
    }

    private static func result(
        _ sign: Figure.Operator,
        _ left: Quantity?,
        _ right: Quantity?
    ) -> Quantity? {
        guard let left, let right else { return nil }
        switch sign {
        case .plus: return left + right
        case .minus: return left - right
        case .times: return left * right
        case .over: return left / right
        }
    }

    // MARK: Words

    /// Whether a condition holds; of what is no number it does not.
    package func holds(_ condition: FigureCondition) -> Bool {
        guard let number = value(condition.figure).number else { return false }
        return condition.isAbove ? number > condition.limit : number < condition.limit
    }

    /// A part of a text, as people read it.
    package struct Words: Sendable, Hashable {
        /// What it says.
        package let text: String
        /// Whether it is strong.
        package let isStrong: Bool
    }

    /// A text with its figures.
    package func words(_ text: FigureText) -> [Words] {
        text.parts.map { part in
            switch part.content {
            case .text(let text): Words(text: text, isStrong: part.isStrong)
            case .figure(let figure, let format):
                Words(
                    text: Self.text(value(figure), format ?? self.format),
                    isStrong: part.isStrong
                )
            }
        }
    }

    /// A text with its figures, in one piece.
    package func text(_ text: FigureText) -> String { words(text).map(\.text).joined() }

    /// A value as people read it; a dash where there is none.
    package static func text(_ value: FigureValue, _ format: FigureFormat) -> String {
        switch value {
        case .number(let number): format.text(number)
        case .text(let text): format.text(text)
        case .nothing: "–"
        }
    }
}
