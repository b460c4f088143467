internal import Logging
internal import Redis
internal import Synchronization

/// Counts failed calls, and logs an outage once when it begins and once when it ends.
final class OutageLog: Sendable {
    private let logger: Logger
    private let state = Mutex<(failures: Int, isOut: Bool)>((0, false))

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// How many calls failed so far.
    var failures: Int { state.withLock { $0.failures } }

    func recordFailure(_ error: RedisError, of operation: String) {
        let isFirst = state.withLock { state in
            defer { state.isOut = true }
            state.failures += 1
            return !state.isOut
        }
        guard isFirst else { return }
        logger.warning(
            "Redis cannot be used; work goes on without leases and progress",
            metadata: [
                LogKey.operation.rawValue: "\(operation)",
                LogKey.error.rawValue: "\(error)",
                LogKey.isRetryable.rawValue: "\(error.isRetryable)",
            ]
        )
    }

    func recordSuccess() {
        let failures = state.withLock { state in
            defer { state.isOut = false }
            return state.isOut ? state.failures : nil
        }
        guard let failures else { return }
        logger.info(
            "Redis can be used again",
            metadata: [LogKey.failures.rawValue: "\(failures)"]
        )
    }
}

/// The keys of this module's log metadata.
private enum LogKey: String {
    case operation
    case error
    case isRetryable = "is_retryable"
    case failures
}
