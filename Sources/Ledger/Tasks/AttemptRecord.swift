package import Planning

/// How an attempt ended, of those that the ledger tells one by one.
public enum AttemptEnd: String, Sendable, Hashable, Codable, LedgerWord {
    /// It committed.
    case done
    /// It failed.
    case error
    /// Its worker died.
    case crash
}

/// What an attempt tells of itself, whatever becomes of it.
package struct AttemptRecord: Sendable {
    /// Which of its worker's slots it ran in, from 0.
    package var slot: Int?
    /// How long it took, and its parts.
    package var measure = AttemptMeasure()
    /// What it was to read.
    package var expected: ExpectedInputs?
    /// Bytes of files and objects that it has read; `nil` where it reads none.
    package var bytes: Int?
    /// What it was judged by.
    package var audits: [AuditResult] = []

    package init() {}
}

/// An expectation, and whether it held.
public struct AuditResult: Sendable, Hashable, Codable {
    /// The key of the definition that declares it: `rows`, `totals`.
    public var expectation: String
    /// Which one of that key, where there are several: a total, a test, a column.
    public var subject: String?
    /// Whether a task fails for it.
    public var isNeeded: Bool
    /// What was expected, in words.
    public var expected: String
    /// What was seen, in words.
    public var seen: String
    /// Whether it held.
    public var held: Bool

    /// Creates a result.
    public init(
        _ expectation: String,
        of subject: String? = nil,
        isNeeded: Bool,
        expected: String,
        seen: String,
        held: Bool
    ) {
        self.expectation = expectation
        self.subject = subject
        self.isNeeded = isNeeded
        self.expected = expected
        self.seen = seen
        self.held = held
    }
}
