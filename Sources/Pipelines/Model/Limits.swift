/// How long an attempt at a table's load task may take; what is not said is the workers' choice.
public struct Limits: Sendable, Hashable {
    /// How long it may wait for its source without getting a batch of rows.
    public var idle: Duration?
    /// How long it may take from BEGIN to COMMIT.
    public var total: Duration?

    /// Creates limits; by default none.
    public init(idle: Duration? = nil, total: Duration? = nil) {
        self.idle = idle
        self.total = total
    }
}
