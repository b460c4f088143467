/// The newest row must not be too old.
public struct Freshness: Sendable, Hashable {
    /// The date or timestamp column that says how new a row is.
    public var column: String
    /// How long before now, or before the period's end if that is earlier, its newest value may lie.
    public var within: Age
    /// What follows when it is older.
    public var severity: Expectations.Severity

    /// Creates an expectation of freshness.
    public init(column: String, within: Age, severity: Expectations.Severity = .fail) {
        self.column = column
        self.within = within
        self.severity = severity
    }

    /// A length of time in whole units.
    public struct Age: Sendable, Hashable {
        /// Its length.
        public let seconds: Int

        private static let units = [
            "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800,
        ]

        /// Reads `90 minutes`, `36 hours`, `2 days` or `1 week`; `nil` when it is nothing like that.
        init?(_ text: String) {
            guard
                let match = text.wholeMatch(
                    of: #/([0-9]{1,6}) ?(minute|hour|day|week)s?/#.matchingSemantics(.unicodeScalar)
                ),
                let count = Int(match.1), let unit = Self.units[String(match.2)]
            else { return nil }
            seconds = count * unit
        }
    }
}
