import Extraction
import Pipelines
import Planning
import Postgres
import Rows

/// A source that is not there, with how long its extract wants it awaited.
struct AwaitedSource: TaskFailureConvertible {
    let taskFailure: TaskFailure

    /// `nil` when `error` says something else than that the source is not there.
    init?(_ error: any Error, of extract: Extract) {
        var failure = TaskFailure(any: error)
        switch error {
        case let error as ExtractionError where error.isAbsence:
            failure.absence = Absence(
                extract.readsObjects ? .files : .database,
                patience: extract.patience
            )
        case let error as SourceFailure where error.cause.isAbsence:
            failure.absence = Absence(.database, patience: extract.patience)
        default: return nil
        }
        failure.isRetryable = true
        taskFailure = failure
    }
}

extension PostgresError {
    /// Whether there is no server to talk to, for now.
    fileprivate var isAbsence: Bool {
        switch code {
        case .connectionRefused, .connectionLost, .timeout: true
        default: sqlState == .cannotConnectNow
        }
    }
}
