internal import Logging
internal import Redis
internal import Synchronization

/// Counts failed calls, and logs an outage once when it begins and once when it ends.
///
/// An outage lasts until every operation that failed has succeeded again: a server that is full or
/// read-only fails some operations and not others.
final class OutageLog: Sendable {
    private let logger: Logger
    private let state = Mutex<(failures: Int, failing: Set<Operation>)>((0, []))

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// How many calls failed so far.
    var failures: Int { state.withLock { $0.failures } }

    func recordFailure(_ error: RedisError, of operation: Operation) {
        let isFirst = state.withLock { state in
            defer { state.failing.insert(operation) }
            state.failures += 1
            return state.failing.isEmpty
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

    func recordSuccess(of operation: Operation) {
        let failures = state.withLock { state in
            let wasLast = state.failing.remove(operation) != nil && state.failing.isEmpty
            return wasLast ? state.failures : nil
        }
        guard let failures else { return }
        logger.info(
            "Redis can be used again",
            metadata: [LogKey.failures.rawValue: "\(failures)"]
        )
    }
}

/// What the store was asked for.
enum Operation {
    case claim
    case renew
    case release
    case report
    case progress
    case register
    case deregister
    case workers
    case orders
    case holder
}

/// The keys of this module's log metadata.
private enum LogKey: String {
    case operation
    case error
    case isRetryable = "is_retryable"
    case failures
}
