import Foundation
public import Pipelines
import Postgres
import Rows

/// What days and times mean in the SQL of an extract.
///
/// A query runs in this zone: in it a day, such as `:period_start`, becomes an instant, and a time is
/// shown. For the rows of a fact it is the zone in which its periods are cut, so that the bounds of a
/// period are the same for the query and for the rows that come of it.
public struct SourceClock: Sendable, Hashable {
    /// An IANA name.
    public var zone: String
    /// The column of the source that places a fact's rows in periods, if one does.
    public var periodColumn: String?

    /// A clock of a zone.
    public init(zone: String, periodColumn: String? = nil) {
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
        if case .timestamp(_, let name)? = column?.plan.type { zone = name }
        periodColumn = column.flatMap { $0.plan.expression == nil ? $0.plan.source : nil }
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
        let instant = QueryBounds.microseconds(seconds)
        let day = [universal + 1, universal].first { zone.startOfDay($0) <= instant }
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

/// The bounds of a period as they stand in a query.
struct QueryBounds {
    let period: Period
    let clock: SourceClock

    /// Days, which an instant, a time and a day are all compared with rightly, in the clock's zone.
    var days: [String: String] {
        literals(start: "date '\(period.start)'", end: "date '\(period.end)'")
    }

    /// Asks for the instants at which the server has the days begin, in seconds since 1970.
    var question: SQL {
        """
        select extract(epoch from \(period.start.description)::date::timestamptz)::bigint as first,
            extract(epoch from \(period.end.description)::date::timestamptz)::bigint as last
        """
    }

    /// What stands in the query, once it is known what it is compared with.
    ///
    /// Where clocks show a midnight twice, Postgres has the day begin with the second, and so the rows of
    /// an hour would be in no period. Then the bounds are instants, unless rows are placed by days.
    ///
    /// - Parameters:
    ///   - answer: The answers to ``question``.
    ///   - type: What the source knows of the column that places rows in periods.
    /// - Returns: The literals by their placeholders.
    /// - Throws: ``ExtractionError`` when the server has other rules for the zone than this machine.
    func literals(
        answer: (first: Int, last: Int),
        type: SourceType?
    ) throws(ExtractionError) -> [String: String] {
        let zone = try clock.table()
        let bounds = [(period.start.number, answer.first), (period.end.number, answer.last)]
        var isExact = true
        for (day, server) in bounds {
            let start = zone.startOfDay(day)
            guard Self.microseconds(server) != start else { continue }
            guard Self.microseconds(server) == zone.midnight(day) else {
                throw disagreement(server)
            }
            isExact = false
        }
        guard !isExact, type == .instant || type == .timestamp else { return days }
        return literals(
            start: Self.instant(zone.startOfDay(period.start.number)),
            end: Self.instant(zone.startOfDay(period.end.number))
        )
    }

    private func literals(start: String, end: String) -> [String: String] {
        ["period_start": start, "period_end": end]
    }

    /// The same instant in microseconds since 2000.
    fileprivate static func microseconds(_ seconds: Int) -> Int64 {
        (Int64(seconds) - 946_684_800) * 1_000_000
    }

    private static func instant(_ microseconds: Int64) -> String {
        "to_timestamp(\(microseconds / 1_000_000 + 946_684_800))"
    }

    private func disagreement(_ seconds: Int) -> ExtractionError {
        ExtractionError(
            .zone,
            "the source's server has the period \(period.label) begin or end at another instant than "
                + "this machine (\(seconds) s since 1970), in the zone `\(clock.zone)`: their time zone "
                + "data differ, and rows would be lost between periods. Bring both up to date (the "
                + "package `tzdata`)"
        )
    }
}
