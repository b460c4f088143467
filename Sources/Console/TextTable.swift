import Words

/// A table of text for people: a header, aligned columns, no lines.
public struct TextTable: Sendable {
    /// Where a column's text stands.
    public enum Alignment: Sendable {
        /// Text.
        case left
        /// Numbers.
        case right
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// A table without rows.
    public init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row; a cell for each column.
    ///
    /// What is invisible in a cell is made visible.
    public mutating func add(_ cells: [String]) {
        rows.append(cells.map(VisibleText.line))
    }

    /// Whether it has no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// The lines of the table, the header first.
    public var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { index in
            all.map { VisibleText.width(of: $0[index]) }.max() ?? 0
        }
        return all.map { cells in
            columns.indices.map { pad(cells[$0], to: widths[$0], columns[$0].alignment) }
                .joined(separator: "  ")
                .trimmingTrailingBlanks()
        }
    }

    private func pad(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let blanks = String(repeating: " ", count: width - VisibleText.width(of: text))
        return alignment == .left ? text + blanks : blanks + text
    }
}

extension String {
    func trimmingTrailingBlanks() -> String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}
