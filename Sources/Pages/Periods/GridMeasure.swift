import Ledger
import Markup

/// What the cells of a grid show.
package enum GridMeasure: String, Sendable, Hashable, CaseIterable {
    /// How periods stand.
    case state
    /// How many rows they have, against the most of their table.
    case rows
    /// Which share of the rows was rejected, against the largest in the grid.
    case rejected
    /// How long ago they were loaded, against the longest in the grid.
    case age

    /// What the choice says.
    var title: String {
        switch self {
        case .state: "State"
        case .rows: "Rows"
        case .rejected: "Rejected"
        case .age: "Age"
        }
    }
}

/// How full the cells of a grid are drawn.
struct GridScale {
    let measure: GridMeasure
    private let now: Int
    private let most: Double

    init(_ measure: GridMeasure, _ grid: PeriodGridReport, now: Int) {
        (self.measure, self.now) = (measure, now)
        let cells = grid.rows.flatMap(\.cells)
        most = cells.compactMap { Self.value(of: $0, measure, now: now) }.max() ?? 0
    }

    private static func value(of cell: GridCell, _ measure: GridMeasure, now: Int) -> Double? {
        guard let rows = cell.rows else { return nil }
        switch measure {
        case .state: return nil
        case .rows: return Double(rows)
        case .rejected: return Double(cell.rejected) / Double(max(rows + cell.rejected, 1))
        case .age: return cell.loadedAt.map { Double(max(now - $0, 0)) }
        }
    }

    /// The part of a cell that is full; `nil` of one of which the state is shown.
    func part(of cell: GridCell, in row: GridRow) -> Double? {
        guard let value = Self.value(of: cell, measure, now: now) else { return nil }
        let most = measure == .rows ? Double(row.cells.compactMap(\.rows).max() ?? 0) : self.most
        return most > 0 ? value / most : 0
    }

    /// The sign of a cell, 22 by 20 pixels.
    func sign(of cell: GridCell, in row: GridRow) -> Markup {
        guard let part = part(of: cell, in: row) else {
            return StateMark(cell.standing).cell(hasRejects: cell.rejected > 0)
        }
        let height = part > 0 ? max(20 * part, 1.5) : 0
        return svg(.size(22, 20), .decorative) {
            rect(.class("t-closed"), .box(0, 0, 22, 20, radius: 3))
            rect(.class(measure == .rejected ? "f-stale" : "b1"), .box(0, 20 - height, 22, height))
        }
    }
}
