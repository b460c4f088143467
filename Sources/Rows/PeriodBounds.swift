/// The slice of time that rows must lie in, and what becomes of rows of the periods around it.
///
/// Rows of no known period become rejects of the rule `period`.
public struct PeriodBounds: Sendable, Hashable {
    /// The place in the layout of the timestamp or date.
    public var output: Int
    /// How people call the period.
    public var label: String
    /// The first day, counted from 1970-01-01, in the column's zone.
    public var firstDay: Int
    /// The first day after it, counted likewise.
    public var endDay: Int
    /// The periods before it, in order and without gaps.
    public var earlier: [Other]
    /// The periods after it whose rows are welcome, in order and without gaps.
    public var later: [Other]
    /// The first day after the last of them; `endDay` when there is none.
    public var horizon: Int

    /// Creates bounds.
    public init(
        output: Int,
        label: String,
        firstDay: Int,
        endDay: Int,
        earlier: [Other] = [],
        later: [Other] = [],
        horizon: Int? = nil
    ) {
        self.output = output
        self.label = label
        self.firstDay = firstDay
        self.endDay = endDay
        self.earlier = earlier
        self.later = later
        self.horizon = horizon ?? endDay
    }

    /// A period before or after the one that is loaded.
    public struct Other: Sendable, Hashable {
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

    /// What becomes of a row of another period.
    public enum Admission: Sendable, Hashable {
        /// It is encoded like those of the period itself.
        case encoded
        /// It becomes a reject of the rule `late`.
        case late
        /// It becomes a reject of the rule `closed`.
        case closed
    }
}

/// Why a row is in no period that could take it.
enum Misplacement {
    /// It has no time.
    case nowhere
    /// It lies before the period, and before all that are known before it.
    case before
    /// It lies after the period, and after all whose rows are welcome.
    case after
}

extension PeriodBounds {
    /// Why a row with the time `value` is refused.
    func reason(_ misplacement: Misplacement, _ value: String) -> String {
        switch misplacement {
        case .nowhere: "it is empty, so the row is in no period"
        case .after: "\(value) is after the period \(label)"
        case .before:
            earlier.first.map { "\(value) is before \($0.label), the pipeline's first period" }
                ?? "\(value) is before the period \(label)"
        }
    }
}
