package import Pipelines

/// What is chosen of a dashboard's filters.
package struct DashboardChoices: Sendable, Hashable {
    /// The span of time; `nil` where the dashboard has no filter of time.
    package let span: PeriodSpan?
    /// The chosen values by the filter's name; a filter without one shows all.
    package let values: [String: [String]]

    /// The most values of one filter.
    private static let mostValues = 200
    private static let longestValue = 1_000

    /// Reads what was asked for.
    ///
    /// - Parameters:
    ///   - filters: The filters of the tab that is shown.
    ///   - asked: What was asked for, by the filter's name.
    ///   - newest: The last day that has data, or today.
    /// - Throws: ``DashboardError`` for a value that is none.
    package init(
        _ filters: [DashboardFilter],
        asked: (String) -> [String],
        newest: Day
    ) throws(DashboardError) {
        var span: PeriodSpan?
        var values: [String: [String]] = [:]
        for filter in filters {
            let texts = asked(filter.name).filter { !$0.isEmpty }
            switch filter.kind {
            case .period(let grain, let standard):
                span =
                    try texts.first.map { text throws(DashboardError) in
                        try PeriodSpan(text, grain: grain)
                    } ?? PeriodSpan(standard, grain, newest: newest)
            case .choice(_, let isMany):
                guard texts.count <= (isMany ? Self.mostValues : 1) else {
                    throw DashboardError(
                        "`\(filter.name)` stands \(texts.count) times; at most \(isMany ? Self.mostValues : 1)."
                    )
                }
                guard
                    texts.allSatisfy({ $0.utf8.count <= Self.longestValue && !$0.utf8.contains(0) })
                else { throw .unfit(filter.name, texts[0], expected: "a value of the list") }
                values[filter.name] = texts
            }
        }
        self.span = span
        self.values = values.filter { !$0.value.isEmpty }
    }

    private init(span: PeriodSpan?, values: [String: [String]]) {
        (self.span, self.values) = (span, values)
    }

    /// The same span of time, with nothing else chosen.
    var unfiltered: DashboardChoices { DashboardChoices(span: span, values: [:]) }

    /// Another span of time.
    package func showing(_ span: PeriodSpan) -> DashboardChoices {
        DashboardChoices(span: span, values: values)
    }

    /// As addresses have it: names with their values, in the order of the names.
    package var parameters: [(name: String, value: String)] {
        (span.map { [("period", $0.text)] } ?? [])
            + values.sorted { $0.key < $1.key }
            .flatMap { name, values in values.map { (name, $0) } }
    }
}
