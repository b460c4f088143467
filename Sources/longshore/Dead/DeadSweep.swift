import AMQP
import Ledger
import Logging
import Messaging
import Planning

/// Takes away dead letters about which nobody has to do anything any more, after a load has ended.
///
/// A task that was tried again and is done, or whose period a newer load has loaded, is settled in the ledger;
/// its letter would stay in the queue, and in the metrics, for ever.
struct DeadSweep: Sendable {
    let letters: DeadLetters
    let ledger: PostgresLedger
    let logger: Logger

    /// - Returns: the letters that stay.
    @discardableResult
    func run() async throws -> [DeadLetter] {
        try await letters.sweep { tasks in try await ledger.settled(tasks) }
    }

    /// Leaves them for the next time where a server does not answer.
    func tryToRun() async {
        do {
            try await run()
        } catch {
            logger.debug("dead letters are not looked at", metadata: ["error": "\(error)"])
        }
    }
}
