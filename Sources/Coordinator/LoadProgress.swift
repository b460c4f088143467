public import Planning

/// How far a load is: a snapshot for displays.
public struct LoadProgress: Sendable, Hashable {
    /// The load.
    public internal(set) var load: Int64
    /// Each table of the plan, in the order of the plan.
    public internal(set) var tables: [TableProgress]
    /// Who paused the whole load; `nil` when nobody did.
    public internal(set) var pausedBy: Interventions.PausedBy?

    /// The open tasks that people hold up by themselves, by their places in the plan.
    public internal(set) var heldTasks: [Int] = []

    /// All tables together.
    public var total: TableProgress.Counts {
        tables.reduce(into: TableProgress.Counts()) { $0 += $1.counts }
    }

    /// How far the tasks of one table are.
    public struct TableProgress: Sendable, Hashable {
        /// What kind of table it is.
        public let kind: LoadTaskKind
        /// Its name in the definition.
        public let name: String
        /// Its tasks by where they stand.
        public internal(set) var counts: Counts

        /// Numbers of tasks.
        public struct Counts: Sendable, Hashable {
            /// All of them.
            public internal(set) var total = 0
            /// Not published yet.
            public internal(set) var waiting = 0
            /// Published, running ones among them.
            public internal(set) var published = 0
            /// Published, and known to have read rows: a guess from what workers report.
            public internal(set) var running = 0
            /// Committed.
            public internal(set) var done = 0
            /// Left to a newer load.
            public internal(set) var superseded = 0
            /// Failed for good.
            public internal(set) var failed = 0
            /// Never to run, because something they need failed.
            public internal(set) var blocked = 0
            /// Cancelled with their load.
            public internal(set) var cancelled = 0
            /// Rows that published tasks have read so far: a guess, too.
            public internal(set) var rowsInFlight = 0

            /// Tasks to which nothing will happen any more.
            public var finished: Int { done + superseded + failed + blocked + cancelled }

            /// Creates counts, all zero.
            public init() {}

            static func += (left: inout Counts, right: Counts) {
                for field in fields { left[keyPath: field] += right[keyPath: field] }
            }

            private static var fields: [WritableKeyPath<Counts, Int>] {
                [
                    \.total, \.waiting, \.published, \.running, \.done, \.superseded, \.failed,
                    \.blocked, \.cancelled, \.rowsInFlight,
                ]
            }

            mutating func add(_ number: Int, to state: TaskState) {
                switch state {
                case .waiting: waiting += number
                case .published: published += number
                case .done: done += number
                case .failed: failed += number
                case .blocked: blocked += number
                case .superseded: superseded += number
                case .cancelled: cancelled += number
                }
            }
        }
    }
}
