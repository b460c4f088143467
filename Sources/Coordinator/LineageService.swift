public import Logging
public import Planning
public import ServiceLifecycle

/// Tells what came of loads: has the ledger say what is still to be told, and tells it in that order.
///
/// Any number of coordinators may run one: the ledger lets one of them tell at a time. One that dies after an event was told and
/// before that was written has it told once more, in the same run.
public final class LineageService: Service {
    private let settings: CoordinatorSettings
    private let ledger: any LineageLedger
    private let receiver: any LineageReceiver
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// A service that looks what is to be told every `interval`.
    public init(
        settings: CoordinatorSettings,
        ledger: any LineageLedger,
        receiver: any LineageReceiver,
        interval: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.settings = settings
        self.ledger = ledger
        self.receiver = receiver
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// For how long a turn is held after each event: longer than any receiver may take.
    static let lease = Duration.seconds(60)

    /// Tells until it is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepTelling() }
    }

    /// Tells until the task is cancelled; where there is more than one turn holds, the next follows at once.
    public func keepTelling() async {
        while !Task.isCancelled {
            if await hasTold() { continue }
            try? await clock.sleep(for: interval)
        }
    }

    /// Tells one round.
    ///
    /// - Returns: whether all of it was told, and there was something.
    private func hasTold() async -> Bool {
        do {
            guard let round = try await ledger.takeLineage(by: settings.owner, for: Self.lease)
            else {
                return false
            }
            for event in round.events {
                guard try await hasTold(event, in: round.turn) else { return false }
            }
            try await ledger.end(round.turn)
            return !round.events.isEmpty
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("lineage is not told", metadata: .init([.error: .error(error)]))
            return false
        }
    }

    /// - Returns: `false` when the turn is over.
    private func hasTold(_ event: LineageEvent, in turn: LineageTurn) async throws -> Bool {
        do {
            try await receiver.take(event)
        } catch let failure as LineageFailure {
            let metadata = Logger.Metadata([.load: "\(event.run.load)", .error: .error(failure)])
            guard failure.isFinal else {
                logger.warning("lineage is not told yet", metadata: metadata)
                try await ledger.postpone(turn, because: failure)
                return false
            }
            logger.error("an event of lineage is refused, and not told", metadata: metadata)
        }
        return try await ledger.told(event, in: turn, for: Self.lease)
    }
}
