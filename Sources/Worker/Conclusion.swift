import Planning

/// What is to be done with a delivery: the one place where outcomes become deeds.
enum Conclusion: Sendable, Hashable {
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

    /// The conclusion from a verdict of the ledger on `failure`.
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

/// How an attempt ended, as its worker sees it.
enum Ending: Sendable, Hashable {
    /// The ledger has an end of the task.
    case final(WorkerMetrics.Result)
    /// Another attempt holds it.
    case busy
    /// Its next attempt is due after that time.
    case early(after: Duration)
    /// Its next attempt is due after that time, and another message for it waits.
    case redundant(after: Duration)
    /// The ledger is a newer program's.
    case refused(NewerLedger)
    /// It failed; whether for good the ledger decides.
    case failure(TaskFailure)
    /// This worker interrupted it, because it shuts down.
    case interrupted
    /// This worker interrupted it by order: the ledger says what is to become of the task.
    case recalled
    /// Somebody has paused it.
    case paused

    /// Normalises an outcome.
    ///
    /// An attempt that this worker cancelled proves nothing about the task: only what the ledger says
    /// counts then.
    init(_ outcome: TaskOutcome, interruption: Interruption?) {
        switch (outcome, interruption) {
        case (.loaded, _): self = .final(.loaded)
        case (.alreadyDone, _): self = .final(.alreadyDone)
        case (.superseded, _): self = .final(.superseded)
        case (.refused(let error), _): self = .refused(error)
        case (_, .shutdown): self = .interrupted
        case (_, .order): self = .recalled
        case (_, .limit(let failure)): self = .failure(failure)
        case (let outcome, nil): self.init(undisturbed: outcome)
        }
    }

    private init(undisturbed outcome: TaskOutcome) {
        switch outcome {
        case .loaded: self = .final(.loaded)
        case .alreadyDone: self = .final(.alreadyDone)
        case .superseded: self = .final(.superseded)
        case .cancelled: self = .final(.cancelled)
        case .paused: self = .paused
        case .busy: self = .busy
        case .refused(let error): self = .refused(error)
        case .early(let time): self = .early(after: time)
        case .redundant(let time): self = .redundant(after: time)
        case .retryable(let failure), .failed(let failure): self = .failure(failure)
        }
    }
}
