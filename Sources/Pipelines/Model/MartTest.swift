/// Something that must hold of a mart's rows: a query that finds those that break it.
public struct MartTest: Sendable, Hashable {
    /// What is tested.
    public var check: Check
    /// What follows when rows break it.
    public var severity: Expectations.Severity

    /// Creates a test.
    public init(_ check: Check, severity: Expectations.Severity = .fail) {
        self.check = check
        self.severity = severity
    }

    /// The kinds of tests.
    ///
    /// A null breaks ``notNull(_:)`` and no other.
    public enum Check: Sendable, Hashable {
        /// No two rows are equal in these columns.
        case unique([String])
        /// None of these columns is null.
        case notNull([String])
        /// A column lies between two values, themselves allowed, written as SQL writes them in quotes.
        case acceptedRange(column: String, min: String?, max: String?)
        /// A column is one of these.
        case acceptedValues(column: String, [String])
        /// A query, read from the file at `path`, that must return no row.
        case query(String, path: String)
    }

    /// The test in a few words: `unique (agent_key)`, `tests/balance.sql`.
    public var title: String {
        switch check {
        case .unique(let columns): "unique (\(columns.joined(separator: ", ")))"
        case .notNull(let columns): "not_null (\(columns.joined(separator: ", ")))"
        case .acceptedRange(let column, _, _): "accepted_range (\(column))"
        case .acceptedValues(let column, _): "accepted_values (\(column))"
        case .query(_, let path): path
        }
    }
}
