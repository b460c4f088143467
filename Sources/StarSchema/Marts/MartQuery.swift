package import Pipelines
package import Postgres

extension Mart {
    /// The mart's query with days for those bounds of its period that are not in place yet, and the period as its first column.
    package func select(for period: Period?) -> SQL {
        guard isPerPeriod, let period else { return SQL(raw: query) }
        let body = SQLText(query).bound(to: period)
        return """
            select date \(literal: period.start.description) as period, mart.* from (\(body)) mart
            """
    }
}

extension SQLText {
    /// The text with days in the place of a period's bounds.
    ///
    /// They are dates that Longshore made itself, so they go in as literals: the body of a function takes
    /// no parameters.
    func bound(to period: Period) -> SQL {
        SQL(
            raw: replacing(
                placeholders: [
                    "period_start": "date '\(period.start)'", "period_end": "date '\(period.end)'",
                ]
            )
        )
    }
}
