import Extraction
import Planning
import Postgres
import Rows

extension TaskOutcome {
    /// The one place where an error becomes an outcome.
    init(_ error: any Error) {
        let failure = TaskFailure(any: error)
        self = failure.isRetryable ? .retryable(failure) : .failed(failure)
    }
}

extension TaskFailure {
    /// The failure to record for `error`.
    ///
    /// An error of Postgres is the warehouse's: sources throw `ExtractionError`.
    package init(any error: any Error) {
        switch error {
        case let failure as TaskFailure:
            self = failure
        case let error as any TaskFailureConvertible:
            self = error.taskFailure
        case let error as PostgresError:
            self.init(
                code: "postgres." + (error.sqlState?.rawValue ?? "\(error.code)"),
                message: error.description,
                isRetryable: error.isRetryable,
                origin: error.isServerTrouble ? .servers : .task
            )
        case let error as ExtractionError:
            self.init(
                code: error.code.rawValue,
                message: (error.server.map { "the source `\($0.source)`: " } ?? "") + error.message,
                isRetryable: error.isRetryable,
                // A server that has no connection left is waited for: our own slots have taken them.
                origin: error.server?.isFull == true ? .servers : .task
            )
        case let error as RowLayoutError:
            self.init(code: "source.columns", message: error.message, isRetryable: false)
        case is CancellationError:
            self.init(
                code: "worker.stopping",
                message: "the attempt was stopped; the task goes back to the queue",
                isRetryable: true
            )
        default:
            // Its description may hold values of rows; its type does not.
            self.init(
                code: "unexpected",
                message:
                    "an error of the type `\(type(of: error))`, which Longshore does not expect: "
                    + "please report it with the worker's log",
                isRetryable: true
            )
        }
    }
}
