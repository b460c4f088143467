/// What must hold of a load task's result before it commits.
public struct Expectations: Sendable, Hashable {
    /// The fewest rows that may be loaded; 1 unless said, so that an empty source is a failure.
    public var minimumRows: Int
    /// The most rows that may be loaded.
    public var maximumRows: Int?
    /// What follows from too few or too many rows.
    public var rowsSeverity: Severity
    /// The largest share of rows that may be rejected, 0 to 1.
    public var maximumRejectShare: Double?
    /// What follows from too many rejects.
    public var rejectsSeverity: Severity
    /// How far the number of rows may be from that of earlier periods.
    public var volume: VolumeBand?

    /// Creates expectations.
    public init(
        minimumRows: Int = 1,
        maximumRows: Int? = nil,
        rowsSeverity: Severity = .fail,
        maximumRejectShare: Double? = nil,
        rejectsSeverity: Severity = .fail,
        volume: VolumeBand? = nil
    ) {
        self.minimumRows = minimumRows
        self.maximumRows = maximumRows
        self.rowsSeverity = rowsSeverity
        self.maximumRejectShare = maximumRejectShare
        self.rejectsSeverity = rejectsSeverity
        self.volume = volume
    }

    /// What follows from an expectation that does not hold.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The task commits, and its ledger row says what did not hold.
        case warn
        /// Nothing is committed: the task fails.
        case fail
    }

    /// The number of rows is near the mean of the periods before.
    public struct VolumeBand: Sendable, Hashable {
        /// How far it may be from the mean, as a share of the mean.
        public var within: Double
        /// How many loaded periods before the task's own are taken; it is judged only when there
        /// are so many.
        public var periods: Int
        /// What follows from a number that is further away.
        public var severity: Severity

        /// Creates a band.
        public init(within: Double, periods: Int, severity: Severity = .fail) {
            self.within = within
            self.periods = periods
            self.severity = severity
        }
    }
}
