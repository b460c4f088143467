import Foundation
import ServiceLifecycle
import UnixSignals

/// Hurries a process that is shutting down: the second signal gives up what runs, the third ends the
/// process as it is.
///
/// Both are safe: what is not committed is rolled back, and what is not settled is delivered again. It
/// is listed first among the services, so that it is the last to hear of the shutdown.
struct SecondSignal: Service {
    let hurry: @Sendable () -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var count = 0
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                count += 1
                if count == 2 { hurry() }
                if count > 2 { _exit(CommandFailure.Code.interrupted.rawValue) }
            }
        }
    }
}
