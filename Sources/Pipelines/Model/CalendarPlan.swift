/// What a calendar dimension holds: every day of a span, with the usual columns.
public struct CalendarPlan: Sendable, Hashable {
    /// The first day.
    public var first: Day
    /// The last day.
    public var last: Day
    /// The month, 1 to 12, in which fiscal years begin.
    public var fiscalYearStart: Int
    /// Where holidays are read from.
    public var holidays: Holidays?

    /// Creates a plan.
    public init(first: Day, last: Day, fiscalYearStart: Int = 1, holidays: Holidays? = nil) {
        self.first = first
        self.last = last
        self.fiscalYearStart = fiscalYearStart
        self.holidays = holidays
    }

    /// A source with the columns `date` and `name`, and perhaps `region`.
    public struct Holidays: Sendable, Hashable {
        /// What is read.
        public var extract: Extract
        /// The only region that counts, beside rows without one; `nil` when every row counts.
        public var region: String?

        /// Creates a source of holidays.
        public init(extract: Extract, region: String? = nil) {
            self.extract = extract
            self.region = region
        }
    }
}
