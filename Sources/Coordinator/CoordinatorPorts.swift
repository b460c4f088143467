public import Planning

/// The outside world as a coordinator sees it.
public struct CoordinatorPorts: Sendable {
    /// The truth about loads and tasks.
    public var ledger: any LoadLedger
    /// Where tasks are published.
    public var publisher: any TaskPublisher
    /// Where the events of workers arrive.
    public var events: EventHub
    /// What workers report of running tasks, for displays only.
    public var inFlight: (any InFlightStore)?
    /// What is to be tidied up after loads have ended.
    public var tidyUp: @Sendable () async -> Void
    /// The time.
    public var clock: any Clock<Duration>
    /// Random numbers in 0..<1, for pauses.
    public var jitter: @Sendable () -> Double

    /// Gathers the ports.
    public init(
        ledger: any LoadLedger,
        publisher: any TaskPublisher,
        events: EventHub,
        inFlight: (any InFlightStore)? = nil,
        tidyUp: @escaping @Sendable () async -> Void = {},
        clock: any Clock<Duration> = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.ledger = ledger
        self.publisher = publisher
        self.events = events
        self.inFlight = inFlight
        self.tidyUp = tidyUp
        self.clock = clock
        self.jitter = jitter
    }
}
