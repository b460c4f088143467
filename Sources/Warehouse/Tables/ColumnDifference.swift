import Postgres

/// How the columns of a table differ from those that it is to have.
struct ColumnDifference: CustomStringConvertible {
    private let existing: [String: String]
    private let shape: [String: String]
    private let lost: [String]
    private let new: [String]
    private let changed: [String]

    /// Both are types by the columns' names.
    init(from existing: [String: String], to shape: [String: String]) {
        self.existing = existing
        self.shape = shape
        lost = existing.keys.filter { shape[$0] == nil }.sorted()
        new = shape.keys.filter { existing[$0] == nil }.sorted()
        changed = existing.keys.filter { shape[$0] != nil && shape[$0] != existing[$0] }.sorted()
    }

    /// `` no more `mean`; new `amount`; `n` was `bigint`, is `numeric` ``.
    var description: String {
        let words =
            lost.map { "no more `\($0)`" } + new.map { "new `\($0)`" }
            + changed.map { "`\($0)` was `\(existing[$0] ?? "")`, is `\(shape[$0] ?? "")`" }
        return words.joined(separator: "; ")
    }

    /// What an `alter table` does about it.
    ///
    /// - Parameters:
    ///   - keepingValues: Whether values of a column with another type are converted; otherwise they
    ///     are null.
    ///   - cascades: Whether what uses a column goes with it.
    /// - Returns: The actions, with commas between them.
    func actions(keepingValues: Bool, cascades: Bool = false) -> String {
        let dropped = lost + (keepingValues ? [] : changed)
        let added = new + (keepingValues ? [] : changed)
        let actions =
            dropped.map { "drop column \(quoteIdentifier($0))\(cascades ? " cascade" : "")" }
            + added.map { "add column \(quoteIdentifier($0)) \(shape[$0] ?? "")" }
            + (keepingValues ? changed : [])
            .map { name in
                let (column, type) = (quoteIdentifier(name), shape[name] ?? "")
                return "alter column \(column) type \(type) using \(column)::\(type)"
            }
        return actions.joined(separator: ", ")
    }
}
