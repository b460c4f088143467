/// The slice of time that rows must lie in, and what becomes of rows of the periods before it.
///
/// Rows of no known period become rejects of the rule `period`.
public struct PeriodBounds: Sendable, Hashable {
    /// The place in the layout of the timestamp or date.
    public var output: Int
    /// The first day, counted from 1970-01-01, in the column's zone.
    public var firstDay: Int
    /// The first day after it, counted likewise.
    public var endDay: Int
    /// The periods before it, in order and without gaps.
    public var earlier: [Earlier]

    /// Creates bounds.
    public init(output: Int, firstDay: Int, endDay: Int, earlier: [Earlier] = []) {
        self.output = output
        self.firstDay = firstDay
        self.endDay = endDay
        self.earlier = earlier
    }

    /// A period before the one that is loaded.
    public struct Earlier: Sendable, Hashable {
        /// Its first day, counted from 1970-01-01, in the column's zone.
        public var firstDay: Int
        /// How people call it.
        public var label: String
        /// What becomes of its rows.
        public var admission: Admission

        /// Creates a period.
        public init(firstDay: Int, label: String, admission: Admission) {
            self.firstDay = firstDay
            self.label = label
            self.admission = admission
        }
    }

    /// What becomes of a row of an earlier period.
    public enum Admission: Sendable, Hashable {
        /// It is encoded like those of the period itself.
        case encoded
        /// It becomes a reject of the rule `late`.
        case late
        /// It becomes a reject of the rule `closed`.
        case closed
    }
}
