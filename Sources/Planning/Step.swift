public import Pipelines

/// The boundaries in the life of a load task at which a test may let its worker die.
public enum Step: String, Sendable, Hashable, CaseIterable {
    /// K1: the message has been delivered.
    case delivered
    /// K2: the lease in Redis is taken.
    case claimed
    /// K3: the transaction has begun.
    case begun
    /// K4: the source is open.
    case opened
    /// K5: some rows are extracted.
    case extracting
    /// K6: some rows are in the COPY.
    case copying
    /// K7: the COPY has ended.
    case copied
    /// K8: the new rows have taken the place of the old.
    case swapped
    /// K9: the ledger row is written.
    case recorded
    /// K10: COMMIT is sent, its reply unread.
    case committing
    /// K11: COMMIT is confirmed.
    case committed
    /// K12: the done-mark is in Redis.
    case marked
    /// K13: the event is published, the message not yet acknowledged.
    case announced
    /// K14: the message is acknowledged.
    case acknowledged
}

/// What an attempt tells while it runs: to its worker, and in tests to what makes it fail.
public protocol StepObserver: Sendable {
    /// Called when an attempt reaches `step`.
    func reached(_ step: Step)
    /// Called when an attempt knows what it loads, and how long it may take.
    func began(_ table: String, of pipeline: String, within limits: Limits)
    /// Called when an attempt knows what it will read, before the first row.
    func expects(_ inputs: ExpectedInputs)
    /// Called when an attempt has done some more rows, and read the bytes of files that hold them.
    func progressed(rows: Int, bytes: Int)
    /// Called when an attempt begins to wait for its source, and when the source has answered.
    func waits(forSource isWaiting: Bool)
}

extension StepObserver {
    /// Does nothing.
    public func began(_ table: String, of pipeline: String, within limits: Limits) {}
    /// Does nothing.
    public func expects(_ inputs: ExpectedInputs) {}
    /// Does nothing.
    public func progressed(rows: Int, bytes: Int) {}
    /// Does nothing.
    public func waits(forSource isWaiting: Bool) {}
}

/// The observer of production: it does nothing.
public struct NoObserver: StepObserver {
    /// Creates the observer.
    public init() {}
    /// Does nothing.
    public func reached(_ step: Step) {}
}
