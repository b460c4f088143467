/// What a dimension does with members whose key its source, a full snapshot, has no more:
/// they expire.
public struct ExpiryRule: Sendable, Hashable {
    /// The largest share of the members that one load may expire, 0 to 1.
    public var maximumShare: Double
    /// What follows from a larger share.
    public var severity: Expectations.Severity

    /// The largest share that may expire when the definition does not say.
    public static let standardShare = 0.1

    /// Creates a rule.
    public init(
        maximumShare: Double = ExpiryRule.standardShare,
        severity: Expectations.Severity = .fail
    ) {
        self.maximumShare = maximumShare
        self.severity = severity
    }
}
