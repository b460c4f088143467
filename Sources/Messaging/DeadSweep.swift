public import Logging
public import Planning

/// Takes away dead letters about which nobody has to do anything any more, after a load has ended.
///
/// A task that was tried again and is done, or whose period a newer load has loaded, is settled in the ledger;
/// its letter would stay in the queue, and in the metrics, for ever.
public struct DeadSweep: Sendable {
    private let letters: DeadLetters
    private let logger: Logger
    private let settled: @Sendable (Set<LoadTaskID>) async throws -> Set<LoadTaskID>

    /// A sweep of a fleet's letters; `settled` says which of some tasks are settled in the ledger.
    public init(
        _ letters: DeadLetters,
        logger: Logger,
        settled: @escaping @Sendable (Set<LoadTaskID>) async throws -> Set<LoadTaskID>
    ) {
        self.letters = letters
        self.logger = logger
        self.settled = settled
    }

    /// Takes them away.
    ///
    /// - Returns: the letters that stay, and how many there are besides.
    /// - Throws: `AMQPError`, and what the question to the ledger throws.
    @discardableResult
    public func run() async throws -> DeadLetterHead {
        try await letters.sweep(settled)
    }

    /// Leaves them for the next time where a server does not answer.
    public func tryToRun() async {
        do {
            try await run()
        } catch {
            logger.debug("dead letters are not looked at", metadata: ["error": "\(error)"])
        }
    }
}
