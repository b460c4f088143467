public import Planning

/// The outside world as a worker sees it.
public struct WorkerPorts: Sendable {
    /// Where load tasks come from.
    public var receiver: any TaskReceiver
    /// Where retries, tasks set aside and events go.
    public var publisher: any TaskPublisher
    /// Leases, done-marks and progress.
    public var inFlight: any InFlightStore
    /// The orders of people; `nil` where nobody gives any.
    public var interventions: (any InterventionLedger)?
    /// Ends the process, because a slot does not come back and nothing else frees it.
    public var abort: @Sendable (WorkerError) -> Void
    /// Connects a slot, by its index, to the warehouse.
    public var makeLoader: @Sendable (_ slot: Int) async throws -> any TaskLoader
    /// The thread on which a slot's attempts run; `nil` for the cooperative pool.
    public var executor: @Sendable (_ slot: Int) -> (any TaskExecutor)?
    /// Told of every step of every load task.
    public var observer: any StepObserver
    /// The time.
    public var clock: any Clock<Duration>
    /// Random numbers in 0..<1, for pauses.
    public var jitter: @Sendable () -> Double

    /// Gathers the ports.
    public init(
        receiver: any TaskReceiver,
        publisher: any TaskPublisher,
        inFlight: any InFlightStore,
        interventions: (any InterventionLedger)? = nil,
        abort: @escaping @Sendable (WorkerError) -> Void = { _ in },
        makeLoader: @escaping @Sendable (_ slot: Int) async throws -> any TaskLoader,
        executor: @escaping @Sendable (_ slot: Int) -> (any TaskExecutor)? = { _ in nil },
        observer: any StepObserver = NoObserver(),
        clock: any Clock<Duration> = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.receiver = receiver
        self.publisher = publisher
        self.inFlight = inFlight
        self.interventions = interventions
        self.abort = abort
        self.makeLoader = makeLoader
        self.executor = executor
        self.observer = observer
        self.clock = clock
        self.jitter = jitter
    }
}
