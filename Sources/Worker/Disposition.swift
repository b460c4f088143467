import Planning

/// What is to be done with a delivery: what follows from an outcome.
enum Disposition: Sendable, Hashable {
    /// The ledger has an end of the task that what waits for it should hear of.
    case done(WorkerMetrics.Result)
    /// Try again after a delay.
    case retry(RetryTier, WorkerMetrics.Result)
    /// The task has failed for good.
    case setAside(TaskFailure)
    /// Nothing is left to do, or another message carries the task on.
    case settled(WorkerMetrics.Result)
    /// Somebody else shall try; no attempt is counted.
    case giveBack

    /// The disposition from a verdict of the ledger on `failure`.
    init(_ verdict: FailureVerdict, on failure: TaskFailure) {
        switch verdict {
        case .retry(let tier):
            self = .retry(tier, failure.origin == .servers ? .interrupted : .retried)
        case .final: self = .setAside(failure)
        case .settled: self = .settled(.settled)
        }
    }

    /// How it counts in the metrics.
    var result: WorkerMetrics.Result {
        switch self {
        case .done(let result), .retry(_, let result), .settled(let result): result
        case .setAside: .setAside
        case .giveBack: .givenBack
        }
    }
}
