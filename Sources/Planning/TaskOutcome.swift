import Words

/// How one attempt at a load task ended.
public enum TaskOutcome: Sendable, Hashable {
    /// The task's transaction committed.
    case loaded(RowCounts)
    /// An earlier attempt had committed it.
    case alreadyDone
    /// A newer load owns the period.
    case superseded
    /// Another attempt holds the task, or its time has not come: come back later.
    case busy
    /// As many tasks of its pipeline run as may at once: come back soon.
    case crowded
    /// Its next attempt is due only after that time: come back then.
    case early(after: Duration)
    /// Its next attempt is due only after that time, and another message for it waits already: this one is
    /// of no use, unless it is the other one itself.
    case redundant(after: Duration)
    /// The ledger was made by a newer program: this one must not go on.
    case refused(NewerLedger)
    /// It failed, and another attempt may succeed.
    case retryable(TaskFailure)
    /// It failed, and no retry can help.
    case failed(TaskFailure)
    /// It was cancelled, by itself or with its load.
    case cancelled
    /// It is paused, by itself, with its load or with its pipeline: come back later.
    case paused
}

/// Why an attempt failed, in words and codes that are safe to store and show.
public struct TaskFailure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// A stable reason code: `source.missing`, `postgres.40P01`, `audit.rejects`.
    public var code: String
    /// What happened, to what, what was expected and what to do; never a row's value or a secret.
    public var message: String
    /// Whether another attempt may succeed.
    public var isRetryable: Bool
    /// Where it began.
    public var origin: Origin
    /// That the source was not there, when that is what happened: it is awaited.
    public var absence: Absence?

    /// Where a failure began: whether it says anything of the task.
    public enum Origin: String, Sendable, Hashable, Codable {
        /// In the task: its source, its rows, its definition. It counts against the task's budget.
        case task
        /// In the fleet's own servers: a session was ended, a connection lost, a disk is full. It says
        /// nothing of the task, so no attempt is counted, and the task is tried until it gets through.
        case servers
    }

    /// How many bytes of a message are kept: it is written into the ledger twice, and servers and files
    /// have a say in it.
    public static let longestMessage = 16 << 10

    /// Creates a failure; by default it is the task's.
    ///
    /// A message longer than ``longestMessage`` is cut.
    public init(
        code: String,
        message: String,
        isRetryable: Bool,
        origin: Origin = .task,
        absence: Absence? = nil
    ) {
        self.code = code
        self.message = VisibleText.shortened(message, toBytes: Self.longestMessage)
        self.isRetryable = isRetryable
        self.origin = origin
        self.absence = absence
    }

    /// `message [code]`.
    public var description: String { "\(message) [\(code)]" }
}

/// An error that knows how it looks in the ledger.
public protocol TaskFailureConvertible: Error {
    /// The failure to record.
    var taskFailure: TaskFailure { get }
}

/// Where a load task stands, as the ledger tells it.
public enum TaskState: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Not published: its needs are not done.
    case waiting
    /// Published, perhaps running, perhaps waiting for its next attempt.
    case published
    /// Committed.
    case done
    /// Failed for good.
    case failed
    /// Never run, because something it needs failed.
    case blocked
    /// Left to a newer load.
    case superseded
    /// Cancelled, by itself or with its load.
    case cancelled

    /// Whether nothing will happen to the task any more.
    public var isFinal: Bool { self != .waiting && self != .published }
    /// Whether what needs this task may run.
    public var satisfiesNeeds: Bool { self == .done || self == .superseded }

    /// Those to which something will still happen.
    public static let open = allCases.filter { !$0.isFinal }
    /// Those after which what needs the task may run.
    public static let satisfyingNeeds = allCases.filter(\.satisfiesNeeds)
}
