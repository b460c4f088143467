import Planning

/// What is still to be told of a load and its tasks: the difference between what the ledger shows and what was told.
///
/// A run has a `START` and one end. A load's run begins before those of its tasks and ends after them; those of a task follow
/// each other, one for each attempt that counts. An attempt that failed before anybody looked is told with the time of its end alone.
struct LineageSteps {
    private let load: LineageLoadStanding
    private var cursor: LineageCursor
    private(set) var events: [LineageEvent] = []

    /// - Parameters:
    ///   - load: The load.
    ///   - tasks: Those of its tasks of which there is something to tell.
    ///   - isWhole: Whether there are no others.
    init(_ load: LineageLoadStanding, tasks: [LineageTaskStanding], isWhole: Bool) {
        self.load = load
        cursor = load.cursor
        guard begin() else { return }
        let parent = LineageRun(load: load.load.id, number: cursor.run)
        let ofTasks = tasks.flatMap { TaskSteps($0, of: load, in: parent).events }
        // The order of one task's events stays where times are equal.
        events += ofTasks.enumerated()
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
        if isWhole { end() }
    }

    /// - Returns: whether a run of the load goes on, or there is something to tell of one.
    private mutating func begin() -> Bool {
        if cursor.isOpen {
            if cursor.isOld, load.state == .running { tell(.running, at: load.now) }
            return true
        }
        guard load.state == .running || load.finished != cursor.endedAt else { return false }
        cursor.run += 1
        tell(.start, at: cursor.run == 1 ? load.created : load.finished ?? load.now)
        return true
    }

    private mutating func end() {
        guard let finished = load.finished else { return }
        switch load.state {
        case .running: break
        case .loaded: tell(.complete, at: finished)
        case .failed: tell(.fail, at: finished, Self.failure)
        case .cancelled, .superseded: tell(.abort, at: finished)
        }
    }

    private static let failure = LineageEvent.Failure(
        code: "load.failed",
        message: "load tasks have failed; their own events say why"
    )

    private mutating func tell(
        _ kind: LineageEvent.Kind,
        at time: String,
        _ failure: LineageEvent.Failure? = nil
    ) {
        let run = LineageRun(load: load.load.id, number: cursor.run)
        events.append(LineageEvent(kind, at: time, in: run, of: load.load, failure: failure))
    }
}

/// What is still to be told of one task.
private struct TaskSteps {
    private let standing: LineageTaskStanding
    private let load: LineageLoadStanding
    private let parent: LineageRun
    private var cursor: LineageCursor
    private(set) var events: [LineageEvent] = []

    init(
        _ standing: LineageTaskStanding,
        of load: LineageLoadStanding,
        in parent: LineageRun
    ) {
        (self.standing, self.load, self.parent) = (standing, load, parent)
        cursor = standing.cursor
        for attempt in standing.attempts where attempt.number > cursor.attempts {
            begin(at: attempt.happened)
            cursor.attempts = attempt.number
            tell(.fail, at: attempt.happened, failure: attempt.failure)
        }
        tellState()
    }

    private mutating func tellState() {
        switch standing.state {
        case .done:
            guard let committed = standing.committed, committed != cursor.endedAt else { return }
            begin(at: standing.started ?? committed)
            tell(.complete, at: committed, result: standing.result)
        case .published:
            guard let begun = standing.begun else { return }
            if !cursor.isOpen {
                begin(at: begun)
            } else if cursor.isOld {
                tell(.running, at: load.now)
            }
        case .failed where cursor.event != .fail:
            begin(at: load.now)
            tell(.fail, at: load.now, failure: standing.failure)
        case .cancelled where cursor.isOpen, .superseded where cursor.isOpen:
            tell(.abort, at: load.now)
        case .waiting, .blocked, .failed, .cancelled, .superseded: break
        }
    }

    /// Begins a run unless one goes on.
    private mutating func begin(at time: String) {
        guard !cursor.isOpen else { return }
        cursor.run += 1
        tell(.start, at: time)
    }

    private mutating func tell(
        _ kind: LineageEvent.Kind,
        at time: String,
        result: LineageEvent.Result? = nil,
        failure: LineageEvent.Failure? = nil
    ) {
        cursor.event = kind
        cursor.endedAt = kind.isEnd ? time : nil
        events.append(
            LineageEvent(
                kind,
                at: time,
                in: LineageRun(load: load.load.id, ordinal: standing.ordinal, number: cursor.run),
                of: load.load,
                task: standing.task,
                parent: parent,
                result: result,
                failure: failure,
                attempts: cursor.attempts
            )
        )
    }
}
