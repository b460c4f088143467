public import Planning

/// What a load would do to the warehouse, as found by rehearsing it.
public struct Effects: Sendable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// The labels of its periods.
    public var periods: [String]
    /// Every task of the plan, in its order.
    public var tasks: [TaskEffect]
    /// Periods that were not stale before and would be after the load.
    public var stale: [StalePeriod]

    /// Whether every task would end well.
    public var isGood: Bool { tasks.allSatisfy { $0.failure == nil && $0.state != .blocked } }

    /// A period that the load would leave to be loaded again.
    public struct StalePeriod: Sendable, Hashable, Codable {
        /// The table of the fact or mart.
        public var table: String
        /// The period's label.
        public var period: String
        /// Why.
        public var reason: String?
    }
}

/// What one load task would do.
public struct TaskEffect: Sendable, Codable {
    /// Its place in the plan.
    public var ordinal: Int
    /// `dimension`, `fact`, `mart`, `export` or `delivery`.
    public var kind: LoadTaskKind
    /// The table that it fills.
    public var table: String
    /// The period's label; empty for whole tables.
    public var period: String
    /// `done`, `failed` or `blocked`; `superseded` when a newer load has the period.
    public var state: TaskState
    /// Why it would fail.
    public var failure: String?
    /// What it would do to the source's rows.
    public var counts: RowCounts?
    /// Rows of earlier loads that it would remove.
    public var replaced = 0
    /// How many rows each rule would refuse.
    public var rejects: [String: Int] = [:]
    /// Expectations that would not hold and let it commit all the same.
    public var warnings: [String] = []
    /// Of a dimension: what would become of its members.
    public var members: MemberEffect?
    /// Of a fact or mart: its rows before and after.
    public var rows: RowChange?
    /// Of a fact: the sums of its measures, without codes and numbers of something.
    public var measures: [MeasureChange] = []
    /// Of a fact that takes late rows: the periods before its own whose rows would change.
    public var earlier: [PeriodEffect] = []

    /// What a task would do to another period than its own.
    public struct PeriodEffect: Sendable, Hashable, Codable {
        /// The period's label.
        public var period: String
        /// Its rows before and after.
        public var rows: RowChange
        /// The sums of the fact's measures.
        public var measures: [MeasureChange]
    }
}

/// How the rows of a table, or of one period, change in number.
public struct RowChange: Sendable, Hashable, Codable {
    /// Rows now.
    public var before: Int
    /// Rows after the load.
    public var after: Int

    /// Creates a change.
    public init(before: Int, after: Int) {
        self.before = before
        self.after = after
    }
}

/// How the sum of a measure changes: exact decimal numbers, as Postgres writes them.
public struct MeasureChange: Sendable, Hashable, Codable {
    /// The column.
    public var name: String
    /// The sum now.
    public var before: String
    /// The sum after the load.
    public var after: String
    /// The difference.
    public var change: String

    /// Creates a change.
    public init(name: String, before: String, after: String, change: String) {
        self.name = name
        self.before = before
        self.after = after
        self.change = change
    }
}

/// What becomes of a dimension's members.
public struct MemberEffect: Sendable, Hashable, Codable {
    /// Business keys that the dimension did not have.
    public var new = 0
    /// Members of which values are overwritten in place.
    public var changed = 0
    /// Versions that members get beyond their first.
    public var versions = 0
    /// Members that have a current version now and will have none.
    public var expired = 0
    /// Placeholders that get their real row.
    public var completed = 0
    /// Placeholders that facts of this load make.
    public var inferred = 0

    /// Creates an effect; what is not said does not happen.
    public init(
        new: Int = 0,
        changed: Int = 0,
        versions: Int = 0,
        expired: Int = 0,
        completed: Int = 0,
        inferred: Int = 0
    ) {
        self.new = new
        self.changed = changed
        self.versions = versions
        self.expired = expired
        self.completed = completed
        self.inferred = inferred
    }

    /// Whether nothing changes.
    public var isEmpty: Bool { self == MemberEffect() }
}
