import Extraction
import Pipelines
import Planning
import Rows

/// A source that is not there, with how long its extract wants it awaited.
struct AwaitedSource: TaskFailureConvertible {
    let taskFailure: TaskFailure

    /// `nil` when `error` says something else than that the source is not there.
    init?(_ error: any Error, of extract: Extract) {
        guard let error = error as? ExtractionError, error.isAbsence else { return nil }
        var failure = TaskFailure(any: error)
        let kind: Absence.Kind =
            error.pause != nil ? .quota : extract.readsObjects ? .files : .database
        failure.absence = Absence(kind, patience: extract.patience, pause: error.pause)
        failure.isRetryable = true
        taskFailure = failure
    }
}
