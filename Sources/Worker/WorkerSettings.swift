public import Endpoints
public import Planning

/// What a worker is told about itself.
public struct WorkerSettings: Sendable, Hashable {
    /// Its name in ledger, leases and logs: host, process and a random part.
    public var name: String
    /// How many load tasks it runs at a time.
    public var slots: Int
    /// The pools that it takes tasks from.
    public var pools: [String]
    /// How much each pool counts when the slots are divided among them; one that is not in it counts 1.
    public var weights: [String: Int]
    /// When a failed task is tried again.
    public var policy: RetryPolicy
    /// How long running tasks may go on after a graceful shutdown has begun.
    public var grace: Duration
    /// How often the lease of a running task is renewed.
    public var leaseRenewal: Duration
    /// How often the worker says that it is alive.
    public var presence: Duration
    /// How often rows and bytes of a running task are reported.
    public var progress: Duration
    /// The time limits of tasks whose definition says nothing.
    public var limits: TimeLimits
    /// How long the broker lets a delivery be unsettled: `consumer_timeout` of RabbitMQ.
    public var consumerTimeout: Duration
    /// How often it is asked whether there are new orders of people about running tasks.
    public var orders: Duration
    /// How often the ledger is asked for orders when Redis cannot tell whether there are some.
    public var ordersUnsignalled: Duration
    /// How long a cancelled attempt may go on before the worker gives its slot up.
    public var patience: Duration
    /// How often it is looked whether messages wait that a free slot does not get.
    public var idleCheck: Duration
    /// How long to wait before a lost connection to the warehouse is made anew.
    public var reconnect: Backoff

    /// Creates settings; everything but the name has a default.
    public init(
        name: String,
        slots: Int = 1,
        pools: [String] = ["default"],
        weights: [String: Int] = [:],
        policy: RetryPolicy = RetryPolicy(),
        grace: Duration = .seconds(25),
        leaseRenewal: Duration = .seconds(10),
        presence: Duration = .seconds(10),
        progress: Duration = .milliseconds(500),
        limits: TimeLimits = TimeLimits(),
        consumerTimeout: Duration = .seconds(1800),
        orders: Duration = .milliseconds(500),
        ordersUnsignalled: Duration = .milliseconds(1500),
        patience: Duration = .seconds(60),
        idleCheck: Duration = .seconds(20),
        reconnect: Backoff = Backoff()
    ) {
        self.name = name
        self.slots = slots
        self.pools = pools
        self.weights = weights
        self.policy = policy
        self.grace = grace
        self.leaseRenewal = leaseRenewal
        self.presence = presence
        self.progress = progress
        self.limits = limits
        self.consumerTimeout = consumerTimeout
        self.orders = orders
        self.ordersUnsignalled = ordersUnsignalled
        self.patience = patience
        self.idleCheck = idleCheck
        self.reconnect = reconnect
    }

    /// Refuses what can be known to fail before any server is asked.
    ///
    /// - Throws: ``WorkerError`` when tasks may take longer than the broker allows.
    public func validate() throws {
        guard limits.total < consumerTimeout else {
            throw WorkerError.limitTooLong(limits.total, most: consumerTimeout)
        }
    }
}
