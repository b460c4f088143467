import Ledger
import Logging
import Postgres
import ServiceLifecycle

/// Has a coordinator look at once when there is a load to take up.
///
/// Without it, it looks every two seconds: it may fail for as long as it likes.
struct LoadWatch: Service {
    let listener: LoadListener
    let logger: Logger
    let hear: @Sendable () -> Void

    private static let pause: Duration = .seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await listener.run(hear)
                } catch {
                    guard !Task.isCancelled else { return }
                    logger.debug("nothing is heard of new loads", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }
}
