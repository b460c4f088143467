/// What came of a case.
public struct Verdict: Sendable {
    /// The case.
    public let name: String
    /// What was expected.
    public let expected: String
    /// What should not have been, in words; empty when everything was as expected.
    public internal(set) var violations: [String]
    /// From the first task's end to the load's.
    public let time: Duration
    /// From the moment at which the disturbance was over to the load's end; zero when it ended before.
    public let recovery: Duration
    /// How many processes died.
    public let deaths: Int

    /// Whether everything was as expected.
    public var isAsExpected: Bool { violations.isEmpty }
}
