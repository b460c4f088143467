package import Pipelines

/// A span of days or months that a dashboard shows, the last of them among them.
package struct PeriodSpan: Sendable, Hashable {
    /// The first period.
    package let first: Period
    /// The last period, of the same grain.
    package let last: Period

    /// A span; its ends in the other order are exchanged.
    package init(_ first: Period, _ last: Period) {
        (self.first, self.last) = first <= last ? (first, last) : (last, first)
    }

    /// The first day.
    package var start: Day { first.start }
    /// The first day behind it.
    package var end: Day { last.end }
    /// How many periods it has.
    package var count: Int { first.count(through: last) }

    /// As addresses have it: `2024-01..2024-12`.
    package var text: String { "\(first.label)..\(last.label)" }

    /// As people read it: `2024-01 – 2024-12`.
    package var title: String { first == last ? first.label : "\(first.label) – \(last.label)" }

    /// A span as ``text`` writes it, or one period alone.
    ///
    /// - Throws: ``DashboardError`` for another text, and for more than ``DashboardFilter/mostPeriods``.
    init(_ text: String, grain: PeriodGrain) throws(DashboardError) {
        let bytes = Array(text.utf8)
        let dots = bytes.indices.first { bytes[$0...].starts(with: "..".utf8) }
        let parts =
            dots.map { [bytes[..<$0], bytes[($0 + 2)...]] } ?? [bytes[...], bytes[...]]
        let periods = parts.compactMap { Period(String(decoding: $0, as: UTF8.self), grain: grain) }
        let expected = "a \(grain.rawValue) or two: `\(grain.example)..\(grain.example)`"
        guard periods.count == 2 else {
            throw .unfit("period", text, expected: expected)
        }
        self.init(periods[0], periods[1])
        guard count <= DashboardFilter.mostPeriods else {
            throw .unfit("period", text, expected: "at most \(DashboardFilter.mostPeriods) of them")
        }
    }

    /// The span that the filter shows unasked.
    ///
    /// - Parameters:
    ///   - standard: What the filter says.
    ///   - grain: Days or months.
    ///   - newest: The last day that has data, or today.
    init(_ standard: PeriodDefault, _ grain: PeriodGrain, newest: Day) {
        switch standard {
        case .fixed(let first, let last): self.init(first, last)
        case .last(let count):
            let last = Period(grain, containing: newest)
            self.init((1..<count).reduce(last) { period, _ in period.previous }, last)
        }
    }

    /// The span of the same length before it.
    package var earlier: PeriodSpan {
        PeriodSpan(
            (0..<count).reduce(first) { period, _ in period.previous },
            (0..<count).reduce(last) { period, _ in period.previous }
        )
    }

    /// The span of the same length behind it.
    package var later: PeriodSpan {
        PeriodSpan(
            (0..<count).reduce(first) { period, _ in period.next },
            (0..<count).reduce(last) { period, _ in period.next }
        )
    }
}
