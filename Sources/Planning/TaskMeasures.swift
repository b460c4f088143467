/// What a worker has measured of attempts at tasks since it started: how long they and their parts took, and rows.
public struct TaskMeasures: Sendable, Hashable {
    /// What an attempt was about.
    public struct Subject: Sendable, Hashable, Comparable {
        /// The pipeline's name.
        public let pipeline: String
        /// The table with its schema.
        public let table: String

        /// A table of a pipeline.
        public init(pipeline: String, table: String) {
            self.pipeline = pipeline
            self.table = table
        }

        /// By their names.
        public static func < (left: Subject, right: Subject) -> Bool {
            (left.pipeline, left.table) < (right.pipeline, right.table)
        }
    }

    /// A part of an attempt.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// From BEGIN until the source has answered.
        case open
        /// Rows are read, checked and sent to the warehouse.
        case copy
        /// The new rows take the place of the old, and are audited.
        case merge
        /// The ledger is told, and a new partition is attached.
        case record
        /// COMMIT.
        case commit
    }

    /// How an attempt ended.
    public enum Result: String, Sendable, Hashable, CaseIterable {
        /// It committed.
        case loaded
        /// It failed, and the task is tried again or not.
        case failed
        /// Somebody ended it.
        case ended
    }

    /// How an attempt at a table ended.
    public struct Ending: Sendable, Hashable, Comparable {
        /// The table.
        public let subject: Subject
        /// How.
        public let result: Result

        /// An end of an attempt.
        public init(subject: Subject, result: Result) {
            self.subject = subject
            self.result = result
        }

        /// By their names.
        public static func < (left: Ending, right: Ending) -> Bool {
            (left.subject, left.result.rawValue) < (right.subject, right.result.rawValue)
        }
    }

    /// Seconds of attempts.
    public private(set) var durations: [Ending: Histogram] = [:]
    /// Seconds of their parts.
    public private(set) var phases: [Phase: Histogram] = [:]
    /// Rows of attempts that committed.
    public private(set) var rows: [Subject: RowCounts] = [:]
    /// Bytes of sources that were read; what an attempt reads once more is not counted once more.
    public var bytesRead = 0

    /// Nothing measured yet.
    public init() {}

    /// Adds an attempt that has ended.
    public mutating func add(_ measure: AttemptMeasure, _ outcome: TaskOutcome) {
        // Who finds nothing to do never gets to know what it is about.
        guard let subject = measure.subject, let seconds = measure.seconds else { return }
        for (phase, seconds) in measure.phases { phases[phase, default: Histogram()].add(seconds) }
        begin(subject)
        let ending = Ending(subject: subject, result: Self.result(of: outcome))
        durations[ending, default: Histogram()].add(seconds)
        if case .loaded(let counts) = outcome {
            rows[subject] = (rows[subject] ?? RowCounts()) + counts
        }
    }

    /// Has what is measured of a table begin at zero: of what begins above it a collector sees no growth.
    public mutating func begin(_ subject: Subject) {
        guard rows[subject] == nil else { return }
        rows[subject] = RowCounts()
        for result in Result.allCases {
            durations[Ending(subject: subject, result: result)] = Histogram()
        }
    }

    private static func result(of outcome: TaskOutcome) -> Result {
        switch outcome {
        case .loaded: .loaded
        case .failed, .retryable, .refused: .failed
        case .alreadyDone, .superseded, .busy, .crowded, .early, .redundant, .cancelled, .paused:
            .ended
        }
    }
}

/// One attempt as it is measured: what it is about, and when it reached its steps.
public struct AttemptMeasure: Sendable {
    /// What it loads, once it knows.
    public var subject: TaskMeasures.Subject?
    /// Seconds of its parts.
    public private(set) var phases: [TaskMeasures.Phase: Double] = [:]
    private var begin: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?

    /// Of an attempt that has not begun.
    public init() {}

    /// Seconds from BEGIN to the last step; `nil` when it has not begun.
    public var seconds: Double? {
        guard let begin, let last else { return nil }
        return begin.duration(to: last) / .seconds(1)
    }

    /// Notes a step; those that end no part are left out.
    ///
    /// What begins once more begins at zero.
    public mutating func reached(_ step: Step, at time: ContinuousClock.Instant) {
        if step == .begun { (begin, last, phases) = (time, time, [:]) }
        guard let phase = Self.ends[step], let last else { return }
        phases[phase, default: 0] += last.duration(to: time) / .seconds(1)
        self.last = time
    }

    /// Notes the end, whatever the last step was.
    public mutating func end(at time: ContinuousClock.Instant) {
        if begin != nil { last = time }
    }

    private static let ends: [Step: TaskMeasures.Phase] = [
        .opened: .open, .copied: .copy, .swapped: .merge, .recorded: .record, .committed: .commit,
    ]
}
