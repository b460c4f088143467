internal import Words

/// A number of a period's first day that a label is made of.
enum PeriodUnit: String, Sendable, Hashable, CaseIterable {
    case year = "yyyy"
    /// The year that an ISO week belongs to.
    case weekYear = "YYYY"
    case quarter = "Q"
    case month = "MM"
    case week = "ww"
    case day = "dd"

    /// What stands for it in a label.
    var letters: String.UnicodeScalarView { rawValue.unicodeScalars }

    /// The number for a period.
    func value(of period: Period) -> Int {
        let (year, month, day) = period.start.civil
        switch self {
        case .year: return year
        case .quarter: return (month - 1) / 3 + 1
        case .month: return month
        case .day: return day
        case .weekYear: return Period(.week, containing: period.start).isoWeek.year
        case .week: return Period(.week, containing: period.start).isoWeek.week
        }
    }

    /// The number for a period with as many digits as it has letters.
    func text(of period: Period) -> String { padded(value(of: period), rawValue.utf8.count) }
}

extension PeriodGrain {
    /// Sets of units, each of which tells a period from all others.
    var unitsNeeded: [Set<PeriodUnit>] {
        switch self {
        case .day: [[.year, .month, .day]]
        case .week: [[.weekYear, .week], [.year, .month, .day]]
        case .month: [[.year, .month]]
        case .quarter: [[.year, .quarter]]
        case .year: [[.year]]
        }
    }

    /// Units that are the same on all days of a period, and those of its first day where files are called so.
    var unitsAllowed: Set<PeriodUnit> {
        switch self {
        case .day, .week: Set(PeriodUnit.allCases)
        case .month: [.year, .quarter, .month]
        case .quarter: [.year, .quarter]
        case .year: [.year]
        }
    }

    /// How a label may be written, in letters.
    var unitsExample: String {
        switch self {
        case .day: "{yyyy}{MM}{dd}"
        case .week: "{YYYY}W{ww}"
        case .month: "{yyyy}{MM}"
        case .quarter: "{yyyy}Q{Q}"
        case .year: "{yyyy}"
        }
    }

    /// What the label of a period of this grain is made of.
    var label: [ObjectPattern.Part] {
        switch self {
        case .day: [.unit(.year), .text("-"), .unit(.month), .text("-"), .unit(.day)]
        case .week: [.unit(.weekYear), .text("-W"), .unit(.week)]
        case .month: [.unit(.year), .text("-"), .unit(.month)]
        case .quarter: [.unit(.year), .text("-Q"), .unit(.quarter)]
        case .year: [.unit(.year)]
        }
    }
}
