import Postgres
import Words

/// How the columns of a table differ from those that it is to have.
struct ColumnDifference: CustomStringConvertible {
    private let existing: [ExactText: String]
    private let shape: [ExactText: String]
    private let lost: [ExactText]
    private let new: [ExactText]
    private let changed: [ExactText]

    /// Both are types by the columns' names.
    init(from existing: [ExactText: String], to shape: [ExactText: String]) {
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
    func actions(keepingValues: Bool, cascades: Bool = false) -> SQL {
        let dropped = lost + (keepingValues ? [] : changed)
        let added = new + (keepingValues ? [] : changed)
        let actions: [SQL] =
            dropped.map { "drop column \(id: $0.text)\(cascades ? " cascade" : "")" }
            + added.map { "add column \(id: $0.text) \(type($0))" }
            + (keepingValues ? changed : [])
            .map {
                "alter column \(id: $0.text) type \(type($0)) using \(id: $0.text)::\(type($0))"
            }
        return actions.joined(separator: ", ")
    }

    private func type(_ column: ExactText) -> SQL { SQL(raw: shape[column] ?? "") }
}
