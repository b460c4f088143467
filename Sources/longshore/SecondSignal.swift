import Console
import Foundation
import ServiceLifecycle
import UnixSignals

/// Answers the signals that end a process: the first at once, by saying what happens and what a second
/// one does; the second gives up what runs, the third ends the process as it is.
///
/// All are safe: what is not committed is rolled back, and what is not settled is delivered again. It
/// is listed first among the services, so that it is the last to hear of the shutdown.
struct SecondSignal: Service {
    /// Says what the first signal does.
    let first: @Sendable () -> Void
    let hurry: @Sendable () -> Void

    init(first: @escaping @Sendable () -> Void, hurry: @escaping @Sendable () -> Void) {
        self.first = first
        self.hurry = hurry
    }

    /// Says `announcement` on standard error at the first signal.
    init(_ announcement: String, hurry: @escaping @Sendable () -> Void) {
        self.init(first: { Output.note(announcement) }, hurry: hurry)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var count = 0
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            StartSignal.leave()
            for await _ in signals {
                count += 1
                if count == 1 { first() }
                if count == 2 { hurry() }
                if count > 2 { _exit(CommandFailure.Code.interrupted.rawValue) }
            }
        }
    }
}
