public import Planning

/// A load task as the ledger keeps it.
public struct TaskReport: Sendable, Codable {
    /// Its place in the plan.
    public var ordinal: Int
    /// The kind of its table.
    public var kind: LoadTaskKind
    /// The table that it fills.
    public var table: String
    /// The period's label; empty for whole tables.
    public var period: String
    /// Where it stands.
    public var state: TaskState
    /// What it did to rows, once it is done.
    public var counts: RowCounts?
    /// How many rows each rule has refused.
    public var rejects: [String: Int]
    /// Rows of earlier loads that it removed.
    public var replaced: Int?
    /// The load whose rows stand, where its source was not read because it has not changed.
    public var unchangedSince: Int64?
    /// Seconds from BEGIN to COMMIT, once it is done.
    public var seconds: Double?
    /// Attempts that ended in an error.
    public var failures: Int
    /// Attempts that ended with their worker.
    public var crashes: Int
    /// Why the last attempt failed, when it did.
    public var failure: String?
    /// Expectations that did not hold and let it commit all the same.
    public var warnings: [String]
}
