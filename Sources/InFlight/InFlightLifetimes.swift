import Words

/// How long each kind of entry outlives the last word about it.
public struct InFlightLifetimes: Sendable, Hashable {
    /// A lease, after it was taken or renewed.
    public var lease: Duration
    /// The mark that a task is done.
    public var doneMark: Duration
    /// The progress of a load, after its last report.
    public var progress: Duration
    /// The presence of a worker, after it was registered.
    public var presence: Duration

    /// Creates lifetimes: 30 s for leases and workers, an hour for done-marks and progress.
    public init(
        lease: Duration = .seconds(30),
        doneMark: Duration = .seconds(3600),
        progress: Duration = .seconds(3600),
        presence: Duration = .seconds(30)
    ) {
        self.lease = lease
        self.doneMark = doneMark
        self.progress = progress
        self.presence = presence
    }
}

extension Duration {
    /// Whole milliseconds, as Redis takes them; at least one.
    var milliseconds: Int64 { max(1, wholeMilliseconds) }
}
