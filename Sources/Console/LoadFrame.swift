/// How far a load is, in one look: what the progress display draws.
public struct LoadFrame: Sendable, Hashable {
    /// One table of the load.
    public struct Table: Sendable, Hashable {
        /// Its name with its kind: `dim_agent`.
        public var name: String
        /// Tasks that it has.
        public var total: Int
        /// Tasks that are done or superseded.
        public var done: Int
        /// Tasks that failed or never run.
        public var failed: Int
        /// Rows read so far.
        public var rows: Int

        /// Creates a line.
        public init(name: String, total: Int, done: Int = 0, failed: Int = 0, rows: Int = 0) {
            self.name = name
            self.total = total
            self.done = done
            self.failed = failed
            self.rows = rows
        }
    }

    /// The load's number.
    public var load: Int64
    /// The pipeline's name.
    public var pipeline: String
    /// Its tables in the order of the plan.
    public var tables: [Table]
    /// Seconds since the display began.
    public var seconds: Double
    /// Who holds the load up, in words; `nil` when nobody does.
    public var pause: String?
    /// What the load waits for, in words; `nil` when it goes on.
    public var wait: String?

    /// Creates a frame.
    public init(
        load: Int64,
        pipeline: String,
        tables: [Table],
        seconds: Double,
        pause: String? = nil,
        wait: String? = nil
    ) {
        self.load = load
        self.pipeline = pipeline
        self.tables = tables
        self.seconds = seconds
        self.pause = pause
        self.wait = wait
    }

    /// Tasks that the load has.
    public var total: Int { tables.reduce(0) { $0 + $1.total } }
    /// Tasks that are done.
    public var done: Int { tables.reduce(0) { $0 + $1.done } }
    /// Tasks that failed or are blocked.
    public var failed: Int { tables.reduce(0) { $0 + $1.failed } }
    /// Rows read so far.
    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}
