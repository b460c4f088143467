public import Logging
public import ServiceLifecycle

/// Has the ledger forget what ended long ago, once an hour.
///
/// Any number of coordinators may run one: what one has forgotten the next does not find.
public final class RetentionService: Service {
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let forget: @Sendable () async throws -> [String: Int]

    /// A service that begins at once.
    ///
    /// - Parameters:
    ///   - interval: how often it does it.
    ///   - clock: by which clock.
    ///   - logger: where it tells what was forgotten.
    ///   - forget: does it, and says how much of what.
    public init(
        interval: Duration = .seconds(3600),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger,
        forget: @escaping @Sendable () async throws -> [String: Int]
    ) {
        self.interval = interval
        self.clock = clock
        self.logger = logger
        self.forget = forget
    }

    /// Works until it is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                try? await self.clock.sleep(for: self.interval)
            }
        }
    }

    private func look() async {
        do {
            let forgotten = try await forget().filter { $0.value > 0 }
            guard !forgotten.isEmpty else { return }
            logger.notice(
                "what ended long ago is forgotten",
                metadata: forgotten.mapValues { "\($0)" }
            )
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning(
                "what ended long ago is not forgotten yet",
                metadata: .init([.error: .error(error)])
            )
        }
    }
}
