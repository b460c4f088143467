public import Pipelines
import Words

/// Which periods a load is about.
public enum PeriodSelection {
    /// Reads `2024-01`, `2024-01..2024-06` or a list of both with commas.
    ///
    /// - Returns: the periods in order, without doubles.
    /// - Throws: ``PeriodSelectionError`` that shows how a period of the pipeline's grain is written, or
    ///   says how many there are when they are more than a pipeline may have.
    public static func parse(
        _ text: String,
        grain: PeriodGrain
    ) throws(PeriodSelectionError) -> [Period] {
        var periods: Set<Period> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            periods.formUnion(try range(part, grain: grain))
            guard periods.count <= PeriodRule.most else {
                throw tooMany("`\(VisibleText.shortened(text, to: 60))`", periods.count, grain)
            }
        }
        return periods.sorted()
    }

    /// What is to be loaded when nobody says: every period of the rule, up to the last one that has
    /// ended, that the control table does not call `loaded` or `closed`; and every other one that it
    /// calls `pending` or `stale`.
    ///
    /// - Throws: ``PeriodSelectionError`` when the rule has more periods than a pipeline may have.
    public static func due(
        _ rule: PeriodRule,
        states: [PeriodState: Set<String>],
        today: Day
    ) throws(PeriodSelectionError) -> [Period] {
        let last = rule.last ?? lastEnded(rule, today: today)
        let settled = states[.loaded, default: []]
            .subtracting(states[.pending, default: []])
            .subtracting(states[.stale, default: []])
            .union(states[.closed, default: []])
        let registered = [PeriodState.pending, .stale]
            .flatMap { listed($0, states, grain: rule.grain) }
        return Set(try span(from: rule.first, through: last) + registered)
            .filter { !settled.contains($0.label) }
            .sorted()
    }

    /// The last period that is over.
    public static func lastEnded(_ rule: PeriodRule, today: Day) -> Period {
        Period(rule.grain, containing: today).previous
    }

    /// The periods that the control table calls stale and does not call closed.
    public static func stale(grain: PeriodGrain, states: [PeriodState: Set<String>]) -> [Period] {
        let closed = states[.closed, default: []]
        return listed(.stale, states, grain: grain).filter { !closed.contains($0.label) }.sorted()
    }

    private static func listed(
        _ state: PeriodState,
        _ states: [PeriodState: Set<String>],
        grain: PeriodGrain
    ) -> [Period] {
        states[state, default: []].compactMap { Period($0, grain: grain) }
    }

    /// Refuses periods that the pipeline does not have: neither its definition nor, as `registered`
    /// labels, the control table.
    ///
    /// - Throws: ``PeriodSelectionError`` that says which it has.
    public static func check(
        _ periods: [Period],
        of rule: PeriodRule,
        registered: Set<String> = []
    ) throws(PeriodSelectionError) {
        for period in periods where period < rule.first || rule.last.map({ period > $0 }) ?? false {
            guard !registered.contains(period.label) else { continue }
            let last = rule.last.map { " to `\($0.label)`" } ?? " on"
            throw PeriodSelectionError(
                description:
                    "`\(period.label)` is not a period of the pipeline: its definition has "
                    + "those from `\(rule.first.label)`\(last), and "
                    + "`longshore periods add` registers others"
            )
        }
    }

    private static func range(
        _ text: Substring,
        grain: PeriodGrain
    ) throws(PeriodSelectionError) -> [Period] {
        guard let dots = text.firstRange(of: "..") else {
            return [try period(text, grain: grain)]
        }
        let first = try period(text[..<dots.lowerBound], grain: grain)
        let last = try period(text[dots.upperBound...], grain: grain)
        guard first <= last else {
            throw PeriodSelectionError(
                description:
                    "the periods `\(text)` run backwards: write `\(last.label)..\(first.label)`"
            )
        }
        return try span(from: first, through: last)
    }

    private static func period(
        _ text: Substring,
        grain: PeriodGrain
    ) throws(PeriodSelectionError) -> Period {
        guard let period = Period(String(text), grain: grain) else {
            throw PeriodSelectionError(
                description: "`\(text)` is not a \(grain.rawValue): expected one such as "
                    + "`\(grain.example)`, or a range `\(grain.example)..\(grain.laterExample)`"
            )
        }
        return period
    }

    private static func span(
        from first: Period,
        through last: Period
    ) throws(PeriodSelectionError) -> [Period] {
        let count = first.count(through: last)
        guard count <= PeriodRule.most else {
            throw tooMany("`\(first.label)..\(last.label)`", count, first.grain)
        }
        var periods: [Period] = []
        periods.reserveCapacity(count)
        var period = first
        while period <= last {
            periods.append(period)
            period = period.next
        }
        return periods
    }

    private static func tooMany(
        _ what: String,
        _ count: Int,
        _ grain: PeriodGrain
    ) -> PeriodSelectionError {
        PeriodSelectionError(
            description: "\(what) are \(counted(count, grain.rawValue)), and a pipeline has at "
                + "most \(counted(PeriodRule.most, "period")): name fewer, or begin later"
        )
    }
}

/// Text that names no period, or too many.
public struct PeriodSelectionError: Error, Hashable, CustomStringConvertible {
    /// What is wrong and how a period is written.
    public let description: String
}

extension PeriodGrain {
    fileprivate var laterExample: String {
        switch self {
        case .day: "2024-02-29"
        case .week: "2024-W09"
        case .month: "2024-06"
        case .quarter: "2024-Q4"
        case .year: "2026"
        }
    }
}
