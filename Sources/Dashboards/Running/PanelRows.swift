package import Charts
import Postgres

/// The rows that a query of a panel has given.
package struct PanelRows: Sendable, Hashable {
    /// A column.
    package struct Column: Sendable, Hashable {
        /// What it holds.
        package enum Kind: String, Sendable, Hashable, Codable {
            case number
            case day
            case text
        }

        /// Its name.
        package let name: String
        /// What it holds.
        package let kind: Kind
    }

    /// The columns, in their order.
    package let columns: [Column]
    /// Values as the server writes them; `nil` where there is none.
    package private(set) var rows: [[String?]]
    /// Whether there were more rows than are taken.
    package internal(set) var isCut = false

    /// The most rows of a panel.
    package static let mostRows = 10_000
    /// The most bytes of a panel's values.
    package static let mostBytes = 8 << 20

    /// Rows that come one after the other.
    init(columns: [Column], rows: [[String?]] = []) {
        (self.columns, self.rows) = (columns, rows)
    }

    /// The columns of a result.
    init(of result: PostgresResult) {
        self.init(
            columns: zip(result.columns, result.columnTypes)
                .map { Column(name: $0, kind: Self.kind(ofType: $1)) }
        )
    }

    /// Object identifiers of built-in types; they are the same in every server (`pg_type.dat`).
    private static func kind(ofType type: UInt32) -> Column.Kind {
        switch type {
        case 20, 21, 23, 26, 700, 701, 790, 1700: .number
        case 1082, 1114, 1184: .day
        default: .text
        }
    }

    /// Adds a row; behind the most rows there are it says that there are more.
    mutating func append(_ values: [String?]) {
        guard rows.count < Self.mostRows else { return isCut = true }
        rows.append(values)
    }

    /// Leaves out all rows but some.
    mutating func keep(_ indices: [Int]) { rows = indices.map { rows[$0] } }

    /// The place of a column; `nil` where there is none of that name.
    package func index(of column: String) -> Int? {
        columns.firstIndex { $0.name.utf8.elementsEqual(column.utf8) }
    }

    /// The value of a column in a row.
    package func value(_ column: String, _ row: Int) -> String? {
        guard let index = index(of: column), rows.indices.contains(row) else { return nil }
        return rows[row][index]
    }

    /// The number of a column in a row; `nil` where there is none.
    package func number(_ column: String, _ row: Int) -> Quantity? {
        value(column, row).flatMap { Quantity($0) }
    }

    /// The bytes of its values, about.
    var size: Int {
        rows.reduce(1_000) { $0 + $1.reduce(32) { $0 + ($1?.utf8.count ?? 0) + 16 } }
    }
}
