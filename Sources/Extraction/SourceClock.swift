import Foundation
public import Pipelines
public import Rows
public import Words

/// What days and times mean in the SQL of an extract.
///
/// A query runs in this zone: in it a day, such as `:period_start`, becomes an instant, and a time is
/// shown. For the rows of a fact it is the zone in which its periods are cut, so that the bounds of a
/// period are the same for the query and for the rows that come of it.
public struct SourceClock: Sendable, Hashable {
    /// An IANA name.
    public var zone: String
    /// The column of the source that places a fact's rows in periods, if one does.
    public var periodColumn: ExactText?
    /// What a local time in that column is that the zone's clocks skip.
    public var gap = LocalTimeRule.reject
    /// Which instant one is that they show twice.
    public var overlap = LocalTimeRule.earlier

    /// A clock of a zone.
    public init(zone: String, periodColumn: ExactText? = nil) {
        self.zone = zone
        self.periodColumn = periodColumn
    }

    /// The clock of an extract of a table of `pipeline`, or of a total of it.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - fact: The fact's name; `nil` for a dimension's table.
    public init(of pipeline: Pipeline, fact: String?) {
        let fact = fact.flatMap(pipeline.fact)
        let column = fact?.periodColumn
            .flatMap { name in
                fact?.attributes.first { $0.name == name }
            }
        zone = pipeline.zone
        guard let plan = column?.plan else { return }
        if case .timestamp(_, let name) = plan.type { zone = name }
        guard plan.expression == nil else { return }
        periodColumn = plan.source
        guard case .timestamp = plan.type else { return }
        (gap, overlap) = (plan.reading.gap, plan.reading.overlap)
    }
}

extension SourceClock {
    /// The day that it is by this clock.
    ///
    /// - Parameter seconds: The time, since 1970-01-01 UTC.
    /// - Returns: The day.
    /// - Throws: ``ExtractionError`` for a zone that this machine does not know.
    public func day(at seconds: Int) throws(ExtractionError) -> Day {
        let zone = try table()
        let universal = Int((Double(seconds) / 86_400).rounded(.down))
        let day = [universal + 1, universal].first { zone.secondOfDay($0) <= seconds }
        return Day(number: day ?? universal - 1)
    }
}

extension SourceClock {
    /// How far its zone's clocks are from UTC.
    ///
    /// - Throws: ``ExtractionError`` for a zone that this machine does not know.
    func table() throws(ExtractionError) -> ZoneTable {
        try ZoneTables.load([zone])[zone] ?? .utc
    }

    /// Seconds since 1970, now.
    static func second() -> Int { Int(Date().timeIntervalSince1970) }
}

extension Pipeline {
    /// The day that it is for every fact: by the clock of the one where it is earliest, so that a period
    /// that has ended has ended for all.
    ///
    /// - Parameter seconds: The time, since 1970-01-01 UTC.
    /// - Returns: The day.
    /// - Throws: ``ExtractionError`` for a zone that this machine does not know.
    public func today(at seconds: Int) throws(ExtractionError) -> Day {
        var days: [Day] = []
        for fact in facts {
            days.append(try SourceClock(of: self, fact: fact.name).day(at: seconds))
        }
        guard let day = days.min() else { return try SourceClock(zone: zone).day(at: seconds) }
        return day
    }

    /// The day that it is now, for every fact.
    public func today() throws(ExtractionError) -> Day {
        try today(at: SourceClock.second())
    }
}
