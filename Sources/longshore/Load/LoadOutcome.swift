import Ledger
import Planning

/// What `load --json` prints, however it ends: one object.
struct LoadOutcome: Encodable {
    /// How a command that was to load has ended.
    enum State: String, Encodable {
        case loaded, failed, cancelled
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
        init(_ state: LoadState) {
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
    struct Totals: Encodable {
        var read = 0
        var loaded = 0
        var rejected = 0
        var deduplicated = 0
        var replaced = 0
    }

    /// Why it has not ended well.
    struct Problem: Encodable {
        /// The exit code.
        var exitCode: Int32
        var message: String
    }

    /// The load's number; `nil` when none was written.
    var load: Int64?
    /// The pipeline's name, or its folder's absolute path when the definition could not be read.
    var pipeline: String
    /// Whether it is a replay of rejects.
    var kind = LoadKind.load
    var state: State
    /// The first and last period, when it has any.
    var periods: String?
    /// When it was written, in UTC.
    var createdAt: String?
    /// From then to its end, or to now.
    var seconds: Double?
    var tasks: [TaskReport] = []
    var totals = Totals()
    var error: Problem?

    private enum CodingKeys: CodingKey {
        case load, pipeline, kind, state, periods, createdAt, seconds, tasks, totals, error
    }

    /// A load that was not written.
    init(_ state: State, pipeline: String, load: Int64? = nil, error: Problem? = nil) {
        self.state = state
        self.pipeline = pipeline
        self.load = load
        self.error = error
    }

    /// A load that the ledger knows.
    init(_ report: LoadReport, _ tasks: [TaskReport], _ state: State, error: Problem? = nil) {
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
    func encode(to encoder: any Encoder) throws {
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

extension OutputOptions {
    /// Does what a command that loads is there for; where it ends in an error without having printed an
    /// object, prints that nothing was loaded and why; `pipeline` is only asked for then.
    func printingRefusal(
        of pipeline: @autoclosure () -> String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            guard json else { throw error }
            let failure = CommandFailure(error)
            if failure?.isPrinted == true { throw error }
            try printJSON(
                LoadOutcome(
                    .refused,
                    pipeline: pipeline(),
                    error: LoadOutcome.Problem(
                        exitCode: failure?.code.rawValue ?? CommandFailure.Code.usage.rawValue,
                        message: failure?.message ?? String(describing: error)
                    )
                )
            )
            throw error
        }
    }
}
