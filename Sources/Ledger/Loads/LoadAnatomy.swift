public import Planning

/// A load by its tables and its time.
public struct LoadAnatomy: Sendable, Hashable, Codable {
    /// What a load does to one table.
    public struct Table: Sendable, Hashable, Codable {
        /// The kind of the table.
        public var kind: LoadTaskKind
        /// The name that the definition gives it.
        public var name: String
        /// Its schema.
        public var schema: String
        /// The table.
        public var table: String
        /// Its tasks by where they stand.
        public var tasks: [TaskStage: Int]
        /// Rows that were read.
        public var read: Int
        /// Rows that were loaded.
        public var loaded: Int
        /// Rows that were rejected.
        public var rejected: Int
        /// Mean seconds of a task that is done; `nil` where none is.
        public var pace: Double?
        /// The standard deviation of that, in seconds.
        public var spread: Double?
        /// Mean seconds of a task in the loads before, where none of this load is done.
        public var earlierPace: Double?
        /// The tables that it needs, as ``id`` calls them.
        public var needs: [String]

        /// `fact call`: what tells it from the other tables of its load.
        public var id: String { "\(kind.rawValue) \(name)" }
        /// How many tasks it has.
        public var total: Int { tasks.values.reduce(0, +) }
    }

    /// What one attempt took, or takes.
    public struct Span: Sendable, Hashable, Codable {
        /// How it ended.
        public enum End: String, Sendable, Hashable, Codable {
            /// It committed.
            case done
            /// It runs.
            case running
            /// It failed, or its worker died.
            case failed
        }

        /// The task's place in the plan.
        public var task: Int
        /// The table's name, and the period where it has one.
        public var label: String
        /// Who ran it; `nil` where that is not known, as of a worker that has died.
        public var worker: String?
        /// Which of the worker's slots, from 0; `nil` where that is not known, as of what runs.
        public var slot: Int?
        /// Seconds from the load's creation to its begin; `nil` where only its end is known, or how long it ran is not.
        public var start: Double?
        /// Seconds from the load's creation to its end, or until a death was found; `nil` while it runs.
        public var finish: Double?
        /// Rows that it read; of one that runs, so far.
        public var rows: Int?
        /// How it ended.
        public var end: End
    }

    /// A person's word about a load.
    public struct Order: Sendable, Hashable, Codable {
        /// What was ordered.
        public var kind: OrderKind
        /// The pipeline, load or task that it was given for.
        public var target: String
        /// Who gave it.
        public var person: String
        /// When, in UTC.
        public var time: String
        /// Why.
        public var reason: String?
    }

    /// How many rows a rule has refused.
    public struct Rule: Sendable, Hashable, Codable {
        /// The rule.
        public var rule: String
        /// How many rows.
        public var rejects: Int
    }

    /// Its tables, in the order of the plan.
    public var tables: [Table]
    /// Attempts, the newest first: at most ``LoadReports/mostSpans``.
    public var spans: [Span]
    /// Orders that stand, the oldest first.
    public var orders: [Order]
    /// Rules that have refused rows, that with the most rows first.
    public var rules: [Rule]
    /// How far its tasks are that run, by their places in the plan: rows read, as their workers tell.
    public var progress: [Int: Int]
    /// Bytes likewise, of those whose sources know what they have.
    public var readings: [Int: InFlightProgress] = [:]

    /// How many tasks stand so.
    public func count(_ stage: TaskStage) -> Int {
        tables.reduce(0) { $0 + ($1.tasks[stage] ?? 0) }
    }

    /// How many tasks there are.
    public var total: Int { tables.reduce(0) { $0 + $1.total } }
    /// Whether something will still happen to a task.
    public var isOpen: Bool { TaskStage.allCases.contains { $0.isOpen && count($0) > 0 } }
}
