/// What is wrong with the names of columns that a fact or dimension uses.
extension Findings {
    /// Reports a name that is no column of the table, which is called `table`.
    func reportNoColumn(_ name: String, at span: Span, of table: String, _ columns: Columns) {
        add(
            .nameUnknown,
            at: span,
            "the \(table) has no column `\(name)`",
            expected: "a name under `columns`",
            suggestion: suggestion(for: name, among: columns.names)
        )
    }

    /// Reports a name under `key` that is no column of days or times.
    func requireMoment(
        _ name: String,
        at span: Span,
        as key: String,
        of table: String,
        _ columns: Columns
    ) {
        guard let entry = columns.entry(name) else {
            return reportNoColumn(name, at: span, of: table, columns)
        }
        guard !columns.isMoment(entry) else { return }
        add(
            .typeMismatch,
            at: span,
            "`\(key)` cannot be `\(name)`",
            expected: "a column of type `date` or `timestamp`"
        )
    }
}
