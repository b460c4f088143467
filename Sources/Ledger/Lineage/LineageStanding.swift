import Planning

/// How far a load or load task was told of.
struct LineageCursor: Hashable {
    /// The newest run that was told of; 0 where none was.
    var run = 0
    /// The event that was told last.
    var event: LineageEvent.Kind?
    /// How many failed attempts were told.
    var attempts = 0
    /// The time of the event, where it ended its run.
    var endedAt: String?
    /// Whether that was long ago, so that a run that goes on is told to go on.
    var isOld = false

    /// Whether a run has begun and not ended, as far as was told.
    var isOpen: Bool { event.map { !$0.isEnd } ?? false }
}

/// A load as the ledger shows it.
///
/// Times are as in ``LineageEvent/time``.
struct LineageLoadStanding: Hashable {
    let load: LineageLoad
    let state: LoadState
    let created: String
    let finished: String?
    /// The time at which the ledger was looked at.
    let now: String
    let cursor: LineageCursor
}

/// A load task as the ledger shows it.
struct LineageTaskStanding: Hashable {
    /// An attempt that has failed.
    struct Attempt: Hashable {
        let number: Int
        let happened: String
        let failure: LineageEvent.Failure
    }

    let ordinal: Int
    let task: LoadTask
    let state: TaskState
    /// When the attempt began that runs.
    var begun: String?
    /// When the attempt began that has committed, and when it did.
    var started: String?
    var committed: String?
    var result: LineageEvent.Result?
    var failure: LineageEvent.Failure?
    /// Those that were not told of, in their order.
    var attempts: [Attempt] = []
    var cursor = LineageCursor()
}
