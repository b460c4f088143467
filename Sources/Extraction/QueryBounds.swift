package import Pipelines
package import Postgres
import Rows

/// The bounds of a span of time as they stand in SQL.
///
/// They are days, which an instant, a time and a day are all compared with rightly in a session of the clock's zone, but where
/// the server has a day begin at another instant than the rows: of a midnight that clocks show twice it takes the second, and
/// rows are of the day from the first on. There the server is asked for what it takes each bound, from where it stands: compared
/// with an instant, it is the instant with which the day begins.
package struct QueryBounds: Sendable {
    private let start: DayStart
    private let end: DayStart
    private let zone: ZoneTable
    private let areTexts: Bool

    /// The bounds of a period.
    ///
    /// - Throws: ``ExtractionError`` for a zone that this machine does not know.
    package init(of period: Period, clock: SourceClock) throws(ExtractionError) {
        try self.init(from: period.start, to: period.end, clock: clock)
    }

    /// The bounds of some days.
    ///
    /// - Parameters:
    ///   - start: The first day.
    ///   - end: The first day behind the last.
    ///   - clock: Its zone is that of the session.
    ///   - areTexts: Whether a day is a text without a type.
    /// - Throws: ``ExtractionError`` for a zone that this machine does not know.
    package init(
        from start: Day,
        to end: Day,
        clock: SourceClock,
        areTexts: Bool = false
    ) throws(ExtractionError) {
        zone = try clock.table()
        self.start = DayStart(start, in: zone, clock)
        self.end = DayStart(end, in: zone, clock)
        self.areTexts = areTexts
    }

    /// A query with days for its bounds.
    package func days(in query: SQLText) -> String {
        query.filled { _, name in literal(name, as: nil) }
    }

    /// A query with its bounds in place.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - connection: A connection in a transaction, whose session has the clock's zone and finds the query's tables.
    /// - Returns: The query.
    /// - Throws: `PostgresError`.
    package func bind(
        _ query: SQLText,
        on connection: PostgresConnection
    ) async throws -> String {
        try await bind(query, midnights(of: query, on: connection), on: connection)
    }

    /// A query of a source with its bounds in place.
    ///
    /// - Throws: ``ExtractionError`` when the server has other rules for the zone than this machine; `PostgresError`.
    func bind(
        _ query: SQLText,
        ofSource name: String,
        on connection: PostgresConnection
    ) async throws -> String {
        let midnights = try await midnights(of: query, on: connection)
        for (start, server) in zip([start, end], midnights) where !start.agrees(with: server) {
            throw disagreement(on: start.day, server, ofSource: name)
        }
        return try await bind(query, midnights, on: connection)
    }

    /// The bounds that are instants in a query, of which each placeholder is a parameter of its own.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - numbered: The same with a parameter for each placeholder.
    ///   - connection: As for ``bind(_:on:)``.
    /// - Returns: Texts that Postgres reads as those instants, by the placeholders' places.
    /// - Throws: `PostgresError`.
    package func instants(
        in query: SQLText,
        numbered: SQL,
        on connection: PostgresConnection
    ) async throws -> [Int: String] {
        guard try await differ(from: midnights(of: query, on: connection)),
            let types = try await connection.parameterTypes(of: numbered)
        else { return [:] }
        var instants: [Int: String] = [:]
        for ((place, name), type) in zip(query.placeholders.enumerated(), types)
        where SourceType(postgres: type) == .instant {
            instants[place] = bound(name)?.instantText
        }
        return instants
    }

    // MARK: What the server says

    /// Asks for the instants at which the server has the two days begin, in seconds since 1970 UTC; it is not asked where
    /// none of them stands in the query, or where clocks show UTC.
    private func midnights(
        of query: SQLText,
        on connection: PostgresConnection
    ) async throws -> [Int] {
        guard !zone.isUTC, query.placeholders.contains(where: { bound($0) != nil }) else {
            return []
        }
        let (first, last) = (start.day.description, end.day.description)
        let rows = try await connection.query(
            """
            select extract(epoch from \(first)::date::timestamp at time zone \(zone.name)::text)::bigint as first,
                extract(epoch from \(last)::date::timestamp at time zone \(zone.name)::text)::bigint as last
            """
        )
        return try rows.first.map { [try $0.integer("first"), try $0.integer("last")] } ?? []
    }

    /// Whether a day is something else than the moment with which it begins to a server that has the two begin so.
    private func differ(from midnights: [Int]) -> Bool {
        zip([start, end], midnights).contains { $0.differs(from: $1) }
    }

    private func bind(
        _ query: SQLText,
        _ midnights: [Int],
        on connection: PostgresConnection
    ) async throws -> String {
        guard differ(from: midnights) else { return days(in: query) }
        var types: [SourceType?] = []
        for place in query.placeholders.indices {
            let question = query.filled { $0 == place ? "$1" : literal($1, as: nil) }
            let found = try await connection.parameterTypes(of: SQL(raw: question))
            types.append(found?.first.flatMap { SourceType(postgres: $0) })
        }
        return query.filled { literal($1, as: types[$0]) }
    }

    private func disagreement(
        on day: Day,
        _ second: Int,
        ofSource name: String
    ) -> ExtractionError {
        ExtractionError(
            .zone,
            "the server of the source `\(name)` has the day \(day) begin at another instant than this machine "
                + "(\(second) s since 1970), in the zone `\(zone.name)`: their time zone data differ, and rows would be "
                + "lost between periods. Bring both up to date (the package `tzdata`)"
        )
    }

    // MARK: What stands in the query

    private func bound(_ name: String) -> DayStart? {
        switch name {
        case "period_start": start
        case "period_end": end
        default: nil
        }
    }

    /// What stands for a bound that the server takes for a value of a type.
    private func literal(_ name: String, as type: SourceType?) -> String? {
        guard let bound = bound(name) else { return nil }
        switch type {
        case .instant: return "timestamptz '\(bound.instantText)'"
        case .timestamp where !bound.isAtMidnight: return "timestamp '\(bound.shownText)'"
        default: return (areTexts ? "" : "date ") + "'\(bound.day)'"
        }
    }
}

/// The moment with which a day begins.
struct DayStart: Sendable {
    let day: Day
    /// The instant, in seconds since 1970 UTC.
    let second: Int
    /// What the clock shows, in seconds since 1970-01-01 00:00 on it: of the times that a column is read from, the first that
    /// is no earlier instant.
    let shown: Int
    /// The instant at which Postgres has the day begin, by this machine's rules for the zone.
    private let midnight: Int

    init(_ day: Day, in zone: ZoneTable, _ clock: SourceClock) {
        self.day = day
        second = zone.secondOfDay(day.number)
        shown = zone.startOfDay(day.number, gap: clock.gap, overlap: clock.overlap)
        midnight = Int(zone.midnight(day.number) / 1_000_000) + 946_684_800
    }

    /// Whether the clock shows midnight.
    var isAtMidnight: Bool { shown == day.number * 86_400 }

    /// Whether a server has the day begin when it does for Postgres, or when it does.
    func agrees(with server: Int) -> Bool { server == second || server == midnight }

    /// Whether the day is something else than the moment to a server that has it begin at an instant.
    func differs(from server: Int) -> Bool { server != second || !isAtMidnight }

    /// The instant as Postgres reads it.
    var instantText: String { Self.text(second) + "+00" }

    /// What the clock shows, likewise.
    var shownText: String { Self.text(shown) }

    private static func text(_ second: Int) -> String {
        let number = (second >= 0 ? second : second - 86_399) / 86_400
        let rest = second - number * 86_400
        let parts = [rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(Day(number: number)) \(parts.joined(separator: ":"))"
    }
}
