public import Expressions

/// What must hold of the rows of a dimension or a fact.
public struct Demands: Sendable, Hashable {
    /// What must hold of every row of the source.
    public var checks: [RowCheck]
    /// What must hold of all before the load task commits.
    public var expectations: Expectations

    /// Creates demands.
    public init(checks: [RowCheck] = [], expectations: Expectations = Expectations()) {
        self.checks = checks
        self.expectations = expectations
    }
}
