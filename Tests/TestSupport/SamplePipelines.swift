public import Pipelines
import Words

/// Pipelines without rows, for what only looks at tables, periods and needs.
public enum SamplePipelines {
    /// A pipeline of the given tables.
    public static func pipeline(
        dimensions: [Dimension] = [],
        facts: [Fact] = [],
        marts: [Mart] = []
    ) -> Pipeline {
        Pipeline(
            name: "sample",
            schema: "sample",
            periods: nil,
            sources: [:],
            dimensions: dimensions,
            facts: facts,
            marts: marts
        )
    }

    /// A dimension that refers to others.
    public static func dimension(
        _ name: String,
        references: [String] = [],
        pool: String = "default"
    ) -> Dimension {
        Dimension(
            name: name,
            content: .extract(extract),
            key: ["id"],
            attributes: [],
            references: references.map(reference),
            pool: pool
        )
    }

    /// A fact that refers to dimensions.
    public static func fact(
        _ name: String,
        references: [String] = [],
        isPerPeriod: Bool = true,
        pool: String = "default"
    ) -> Fact {
        Fact(
            name: name,
            extract: extract,
            periodColumn: isPerPeriod ? "day" : nil,
            grain: ["id"],
            attributes: [],
            references: references.map(reference),
            pool: pool
        )
    }

    /// A mart that reads tables.
    public static func mart(_ name: String, reads: [String], isPerPeriod: Bool = true) -> Mart {
        Mart(name: name, query: "select 1", isPerPeriod: isPerPeriod, reads: reads)
    }

    /// Two dimensions, one fact by period, and a mart on top: `team ← agent ← call ← agent_month`.
    public static var callcenter: Pipeline {
        pipeline(
            dimensions: [dimension("team"), dimension("agent", references: ["team"])],
            facts: [fact("call", references: ["agent"])],
            marts: [mart("agent_month", reads: ["call", "agent"])]
        )
    }

    /// The first `count` months from January 2024.
    public static func months(_ count: Int) -> [Period] { periods(.month, count) }

    /// The first `count` periods of `grain` from 2024-01-01; days from the year 1.
    public static func periods(_ grain: PeriodGrain, _ count: Int) -> [Period] {
        guard let first = Day(year: grain == .day ? 1 : 2024, month: 1, day: 1) else { return [] }
        var periods: [Period] = []
        var period = Period(grain, containing: first)
        for _ in 0..<count {
            periods.append(period)
            period = period.next
        }
        return periods
    }

    private static let extract = Extract(source: "none", selection: .query("select 1"))

    private static func reference(_ dimension: String) -> Reference {
        Reference(name: dimension, dimension: dimension, from: ["id"])
    }
}
