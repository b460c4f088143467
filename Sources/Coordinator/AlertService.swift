public import Logging
public import Planning
public import ServiceLifecycle

/// Tells alerts: has the ledger compare what is wrong with what is known to be, and tells its messages.
///
/// Any number of coordinators may run one. The ledger decides who tells a message: whoever holds its lease. A
/// coordinator that dies after a message was told and before that was written has it told once more, under the same
/// identity.
public final class AlertService: Service {
    private let settings: CoordinatorSettings
    private let ledger: any AlertLedger
    private let teller: any AlertTeller
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// A service that looks for alerts every `interval`.
    public init(
        settings: CoordinatorSettings,
        ledger: any AlertLedger,
        teller: any AlertTeller,
        interval: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.settings = settings
        self.ledger = ledger
        self.teller = teller
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// For how long a message is held: longer than any target may take.
    static let lease = Duration.seconds(60)
    /// How long telling may take.
    static let limit = Duration.seconds(45)
    /// How many messages are taken at a time.
    private static let most = 32

    /// Tells until it is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepTelling() }
    }

    /// Tells until the task is cancelled: a slow target holds up nobody else.
    public func keepTelling() async {
        await keepWorking(every: interval, on: clock) {
            await self.look()
        } each: { message in
            await self.tell(message)
        }
    }

    /// Has the ledger compare what is wrong with what is known to be, and takes what is to be told.
    private func look() async -> [AlertMessage] {
        do {
            let round = try await ledger.lookForAlerts()
            for change in round.changes { log(change) }
            if let failure = round.failure { throw failure }
        } catch {
            report("alerts are not looked for", error)
        }
        var messages: [AlertMessage] = []
        do {
            while messages.count < Self.most, let message = try await take() {
                messages.append(message)
            }
        } catch {
            report("alerts are not told", error)
        }
        return messages
    }

    private func take() async throws -> AlertMessage? {
        guard !Task.isCancelled else { return nil }
        return try await ledger.takeAlertMessage(by: settings.owner, for: Self.lease)
    }

    /// Tells a message; where it is not known what became of it, it is told again when the lease is over.
    private func tell(_ message: AlertMessage) async {
        do {
            do {
                try await withLimit { try await self.teller.tell(message) }
            } catch let failure as AlertFailure {
                return try await settle(message, failure)
            }
            if try await ledger.told(message) {
                logger.debug("told alerts", metadata: metadata(message))
            }
        } catch {
            report("alerts are not told", error)
        }
    }

    private func settle(_ message: AlertMessage, _ failure: AlertFailure) async throws {
        let isTriedAgain = try await ledger.failed(message, because: failure.description)
        var metadata = metadata(message)
        metadata[LogKey.error.rawValue] = .error(failure)
        if isTriedAgain {
            logger.warning("alerts are not told yet", metadata: metadata)
        } else {
            logger.error("alerts are given up", metadata: metadata)
        }
    }

    /// - Throws: ``AlertFailure`` when it lasts too long.
    private func withLimit(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await self.clock.sleep(for: Self.limit)
                throw AlertFailure("the target did not answer in time")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func log(_ change: AlertChange) {
        logger.notice(
            change.isOver ? "an alert is over" : "an alert has begun",
            metadata: .init([.pipeline: "\(change.pipeline)", .alert: "\(change.alert)"])
        )
    }

    private func report(_ message: Logger.Message, _ error: any Error) {
        guard !Task.isCancelled else { return }
        logger.warning(message, metadata: .init([.error: .error(error)]))
    }

    private func metadata(_ message: AlertMessage) -> Logger.Metadata {
        .init([.pipeline: "\(message.pipeline)", .message: "\(message.id)"])
    }
}
