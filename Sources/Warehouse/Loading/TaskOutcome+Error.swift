import Planning
import Postgres

extension TaskOutcome {
    /// The one place where an error becomes an outcome.
    init(_ error: any Error) {
        let failure = TaskFailure(any: error)
        self = failure.isRetryable ? .retryable(failure) : .failed(failure)
    }
}

extension TaskFailure {
    /// The failure to record for `error`.
    init(any error: any Error) {
        switch error {
        case let failure as TaskFailure:
            self = failure
        case let error as any TaskFailureConvertible:
            self = error.taskFailure
        case let error as PostgresError:
            self.init(
                code: "postgres." + error.codeName,
                message: error.description,
                isRetryable: error.isRetryable
            )
        case is CancellationError:
            self.init(
                code: "worker.stopping",
                message: "the attempt was stopped; the task goes back to the queue",
                isRetryable: true
            )
        default:
            self.init(code: "unexpected", message: String(describing: error), isRetryable: true)
        }
    }
}
