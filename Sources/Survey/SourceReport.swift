/// What a check of a pipeline's sources found.
public struct SourceReport: Sendable, Encodable {
    /// Something to know.
    public struct Finding: Sendable, Hashable, Encodable {
        /// How bad it is.
        public enum Severity: String, Sendable, Hashable, Encodable {
            /// A load would fail.
            case error
            /// A load would give something else than meant, probably.
            case warning
            /// For information.
            case note
        }

        /// How bad it is.
        public var severity: Severity
        /// The table, or the source, that it is about.
        public var subject: String
        /// What was found, what was expected, what to do; never a row's value.
        public var message: String
        /// Whether a server could not be reached or used.
        public var isUnavailable = false
    }

    /// A sample of the rows of a table and period.
    public struct Sample: Sendable, Encodable {
        /// The table.
        public var table: String
        /// The period's label; empty for what is loaded whole.
        public var period: String
        /// How many rows were read.
        public var rows = 0
        /// How many of them a load would take, as far as it can be told without the warehouse.
        public var good = 0
        /// Rows that are equal to earlier ones.
        public var doubled = 0
        /// The rows that would be rejected, by rule and column.
        public var rejects: [RejectCount] = []
    }

    /// How many rows break a rule at a column, and where the first does.
    public struct RejectCount: Sendable, Hashable, Encodable {
        /// The rule.
        public var rule: String
        /// The column; `nil` when it is the row as such.
        public var column: String?
        /// How many rows.
        public var rows: Int
        /// The input of the first: a file's name.
        public var firstInput: String
        /// Its line.
        public var firstLine: Int
    }

    /// What is to be known, in the order of the tables.
    public internal(set) var findings: [Finding] = []
    /// The samples, in the order of the tables and periods.
    public internal(set) var samples: [Sample] = []

    /// Whether a load would fail.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }
    /// Whether all errors are servers that cannot be reached or used.
    public var isOnlyUnavailable: Bool {
        hasErrors && findings.allSatisfy { $0.severity != .error || $0.isUnavailable }
    }
}
