public import Planning

/// A line of the control table.
public struct PeriodReport: Sendable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// The table with its schema.
    public var table: String
    /// The period's label; empty for a table that is loaded whole.
    public var period: String
    /// How it stands.
    public var state: PeriodState
    /// Why it is stale, closed or awaited.
    public var reason: String?
    /// What has changed since it was loaded: its definition, the files that it was read from.
    public var changes: [String] = []
    /// Who closed it.
    public var closedBy: String?
    /// The load that loaded it last.
    public var loadedBy: Int64?
    /// When, in UTC.
    public var loadedAt: String?
    /// Rows that it has.
    public var rows: Int?
    /// Rows that were rejected.
    public var rejected: Int?

    package init(
        pipeline: String,
        table: String,
        period: String,
        state: PeriodState,
        reason: String? = nil,
        changes: [String] = [],
        closedBy: String? = nil,
        loadedBy: Int64? = nil,
        loadedAt: String? = nil,
        rows: Int? = nil,
        rejected: Int? = nil
    ) {
        self.pipeline = pipeline
        self.table = table
        self.period = period
        self.state = state
        self.reason = reason
        self.changes = changes
        self.closedBy = closedBy
        self.loadedBy = loadedBy
        self.loadedAt = loadedAt
        self.rows = rows
        self.rejected = rejected
    }
}
