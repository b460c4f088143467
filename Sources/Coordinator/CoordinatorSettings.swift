public import Endpoints

/// How a coordinator behaves; every default is the one of production.
public struct CoordinatorSettings: Sendable, Hashable {
    /// The coordinator's name in leases: host, process and a random part.
    public var owner: String
    /// For how long a lease is taken.
    public var lease: Duration
    /// How often it is renewed.
    public var renewal: Duration
    /// For how long a lease that was lost, because the ledger was away, is asked for again.
    public var patience: Duration
    /// How often states are read from the ledger although nobody hinted at a change.
    public var reconciliation: Duration
    /// How long a published task may show no life before its message is presumed lost.
    public var idleAge: Duration
    /// How many tasks of a pool may be published and unfinished where nobody knows its slots.
    public var window: Int
    /// How many tasks a load publishes at a time where they are known; `nil` when it does not matter.
    public var share: ShareRule?
    /// How many tasks are published at a time.
    public var batch: Int
    /// When it lets go of a load for which there is nothing to do; `nil` when it never does.
    public var rest: RestRule?
    /// How long to wait when the broker or the ledger cannot be reached.
    public var backoff: Backoff

    /// Creates settings; everything but the owner has a default.
    public init(
        owner: String,
        lease: Duration = .seconds(15),
        renewal: Duration = .seconds(5),
        patience: Duration = .seconds(15),
        reconciliation: Duration = .seconds(2),
        idleAge: Duration = .seconds(30),
        window: Int = 10_000,
        share: ShareRule? = ShareRule(),
        batch: Int = 500,
        rest: RestRule? = nil,
        backoff: Backoff = Backoff(first: .milliseconds(250), longest: .seconds(5))
    ) {
        self.owner = owner
        self.lease = lease
        self.renewal = renewal
        self.patience = patience
        self.reconciliation = reconciliation
        self.idleAge = idleAge
        self.window = window
        self.share = share
        self.batch = batch
        self.rest = rest
        self.backoff = backoff
    }
}
