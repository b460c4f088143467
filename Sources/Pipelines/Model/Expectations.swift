/// What must hold of a load task's result before it commits.
public struct Expectations: Sendable, Hashable {
    /// The fewest rows that may be loaded; by default 1, so that an empty source is a failure.
    public var minimumRows: Int
    /// The most rows that may be loaded.
    public var maximumRows: Int?
    /// What follows from too few or too many rows.
    public var rowsSeverity: Severity
    /// The largest share of rows that may be rejected, 0 to 1; by default a tenth.
    public var maximumRejectShare: Double
    /// What follows from too many rejects; a warning where the share is not said either.
    public var rejectsSeverity: Severity
    /// How far the number of rows may be from what was loaded earlier.
    public var volume: VolumeBand?
    /// How old the newest row may be.
    public var freshness: Freshness?
    /// The source's figures with which the rows must agree.
    public var totals: [ControlTotal]
    /// Whether a period that is due without its file fails; otherwise it waits for it.
    public var requiresFile: Bool

    /// Creates expectations.
    public init(
        minimumRows: Int = 1,
        maximumRows: Int? = nil,
        rowsSeverity: Severity = .fail,
        maximumRejectShare: Double = 0.1,
        rejectsSeverity: Severity = .warn,
        volume: VolumeBand? = nil,
        freshness: Freshness? = nil,
        totals: [ControlTotal] = [],
        requiresFile: Bool = false
    ) {
        self.minimumRows = minimumRows
        self.maximumRows = maximumRows
        self.rowsSeverity = rowsSeverity
        self.maximumRejectShare = maximumRejectShare
        self.rejectsSeverity = rejectsSeverity
        self.volume = volume
        self.freshness = freshness
        self.totals = totals
        self.requiresFile = requiresFile
    }

    /// Whether a source without rows may be loaded, with a warning or without.
    public var allowNoRows: Bool { minimumRows == 0 || rowsSeverity == .warn }

    /// What follows from an expectation that does not hold.
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The task commits, and its ledger row says what did not hold.
        case warn
        /// Nothing is committed: the task fails.
        case fail
    }

    /// The number of rows is near that of the periods before, or of the load before.
    public struct VolumeBand: Sendable, Hashable {
        /// How far it may be from the mean, as a share of the mean.
        public var within: Double
        /// Of how many periods before the task's own the mean is; 1 of what is loaded whole, whose
        /// last load is the measure.
        ///
        /// It is judged only when there are so many.
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
