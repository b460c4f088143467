/// How long an attempt at a load task may take.
///
/// They hold for what a definition does not say itself.
public struct TimeLimits: Sendable, Hashable {
    /// How long it may wait for its source without getting a batch of rows.
    public var idle: Duration
    /// How long it may take from BEGIN to COMMIT.
    public var total: Duration

    /// The limits of a table that says nothing: 5 and 25 minutes, under RabbitMQ's half hour.
    public init(idle: Duration = .seconds(300), total: Duration = .seconds(1500)) {
        self.idle = idle
        self.total = total
    }
}
