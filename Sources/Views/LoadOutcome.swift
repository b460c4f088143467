public import Ledger
public import Planning

/// What `load --json` prints, however it ends: one object.
public struct LoadOutcome: Sendable, Encodable {
    /// How a command that was to load has ended.
    public enum State: String, Sendable, Encodable {
        /// All of it is there.
        case loaded
        /// A task failed for good.
        case failed
        /// Somebody cancelled it.
        case cancelled
        /// A newer load has done everything that it had to do.
        case superseded
        /// Stopped before the end: it is to be resumed.
        case interrupted
        /// Written with `--detach`, for a coordinator to take up.
        case detached
        /// No period is due.
        case nothingDue = "nothing_due"
        /// No load was written: the command line, the definition, a plan or a server is in the way.
        case refused

        /// The end of a load.
        public init(_ state: LoadState) {
            self =
                switch state {
                case .loaded: .loaded
                case .superseded: .superseded
                case .cancelled: .cancelled
                case .failed, .running: .failed
                }
        }
    }

    /// The sums of all tasks.
    private struct Totals: Encodable {
        var read = 0
        var loaded = 0
        var rejected = 0
        var deduplicated = 0
        var replaced = 0
    }

    /// Why it has not ended well.
    public struct Problem: Sendable, Encodable {
        private let exitCode: Int32
        private let message: String

        /// What happened, and the exit code that says so.
        public init(exitCode: Int32, message: String) {
            self.exitCode = exitCode
            self.message = message
        }
    }

    /// The load's number; `nil` when none was written.
    private var load: Int64?
    /// The pipeline's name, or its folder's absolute path when the definition could not be read.
    private var pipeline: String
    /// Whether it is a replay of rejects.
    private var kind = LoadKind.load
    private var state: State
    /// The first and last period, when it has any.
    private var periods: String?
    /// When it was written, in UTC.
    private var createdAt: String?
    /// From then to its end, or to now.
    private var seconds: Double?
    private var tasks: [TaskReport] = []
    private var totals = Totals()
    private var error: Problem?

    private enum CodingKeys: CodingKey {
        case load, pipeline, kind, state, periods, createdAt, seconds, tasks, totals, error
    }

    /// A load that was not written.
    public init(_ state: State, pipeline: String, load: Int64? = nil, error: Problem? = nil) {
        self.state = state
        self.pipeline = pipeline
        self.load = load
        self.error = error
    }

    /// A load that the ledger knows.
    public init(
        _ report: LoadReport,
        _ tasks: [TaskReport],
        _ state: State,
        error: Problem? = nil
    ) {
        load = report.load
        pipeline = report.pipeline
        kind = report.kind
        self.state = state
        periods = report.periods
        createdAt = report.createdAt
        seconds = report.seconds
        self.tasks = tasks
        let sum = tasks.compactMap(\.counts).reduce(RowCounts(), +)
        totals = Totals(
            read: sum.read,
            loaded: sum.loaded,
            rejected: sum.rejected,
            deduplicated: sum.deduplicated,
            replaced: tasks.reduce(0) { $0 + ($1.replaced ?? 0) }
        )
        self.error = error
    }

    /// Every key is there, whatever is known: `null` where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(load, forKey: .load)
        try container.encode(pipeline, forKey: .pipeline)
        try container.encode(kind, forKey: .kind)
        try container.encode(state, forKey: .state)
        try container.encode(periods, forKey: .periods)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(tasks, forKey: .tasks)
        try container.encode(totals, forKey: .totals)
        try container.encode(error, forKey: .error)
    }
}
