public import Planning
import Postgres

/// Open rejects that are alike.
public struct RejectGroup: Sendable, Hashable, Codable {
    /// The schema of the table.
    public var schema: String
    /// The table.
    public var table: String
    /// The rule that they break.
    public var rule: String
    /// The column, when one column is at fault.
    public var column: String?
    /// How many there are.
    public var rejects: Int
}

/// Where open rejects come from.
public struct RejectSource: Sendable, Hashable, Codable {
    /// The file, or the source that was asked.
    public var source: String
    /// How many there are.
    public var rejects: Int
}

/// A refused row in a line of a list: where it is and why, and nothing that stands in it.
public struct RejectLine: Sendable, Hashable, Codable {
    /// Its number.
    public var reject: Int64
    /// The load task that refused it: `load.ordinal`.
    public var task: String
    /// The table that it was meant for, with its schema.
    public var table: String
    /// The period that was being loaded.
    public var period: String
    /// The file, or the source that was asked.
    public var source: String
    /// The line of the row's start, from 1.
    public var line: Int
    /// The column, when one column is at fault.
    public var column: String?
    /// The rule that it breaks.
    public var rule: String
    /// Where it stands.
    public var state: RejectState
    /// When it was refused, in UTC.
    public var refusedAt: String
    /// What is wrong, in words that may quote the row; `nil` where that was not asked for.
    public var reason: String?
}

extension RejectDesk {
    /// The most groups of a list.
    public static let mostGroups = 200
    /// Of how many rejects the sources are counted.
    public static let mostCounted = 20_000
    /// Up to how many open rejects are counted where only the number is shown.
    public static let mostOpen = 10_000

    /// Open rejects by table, rule and column, the most first.
    public func groups(_ filter: RejectFilter) async throws -> [RejectGroup] {
        var open = filter
        open.onlyOpen = true
        // Whose load it is, an index of rejects alone cannot tell.
        let load: SQL =
            filter.pipeline == nil ? "" : "join longshore.load l on l.id = r.load_id"
        return
            try await client.query(
                """
                select r.schema_name, r.table_name, r.rule, r.column_name, count(*) as rejects
                from longshore.reject r \(load) where \(open.condition)
                group by r.schema_name, r.table_name, r.rule, r.column_name
                order by rejects desc, r.schema_name, r.table_name, r.rule limit \(Self.mostGroups)
                """
            )
            .map { row in
                RejectGroup(
                    schema: try row.text("schema_name"),
                    table: try row.text("table_name"),
                    rule: try row.text("rule"),
                    column: try row.optionalText("column_name"),
                    rejects: try row.integer("rejects")
                )
            }
    }

    /// Rejects in the order of their numbers, behind a number; at most `limit`.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - last: The number behind which they begin.
    ///   - limit: How many at most.
    ///   - quoting: Whether they say what is wrong, which may quote what stands in a row.
    /// - Returns: A line for each.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func lines(
        _ filter: RejectFilter,
        after last: Int64,
        limit: Int,
        quoting: Bool
    ) async throws -> [RejectLine] {
        try await client.query(
            """
            select r.id, r.load_id || '.' || r.ordinal as task,
                r.schema_name || '.' || r.table_name as table_name, r.period, r.source, r.line,
                r.column_name, r.rule, \(quoting ? "r.reason" : "null::text as reason"), r.state,
                \(isoTime("r.created_at")) as refused_at
            from longshore.reject r join longshore.load l on l.id = r.load_id
            where \(filter.condition) and r.id > \(last) order by r.id limit \(limit)
            """
        )
        .map { row in
            RejectLine(
                reject: try row.integer("id", as: Int64.self),
                task: try row.text("task"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                source: try row.text("source"),
                line: try row.integer("line"),
                column: try row.optionalText("column_name"),
                rule: try row.text("rule"),
                state: try row.word("state"),
                refusedAt: try row.text("refused_at"),
                reason: try row.optionalText("reason")
            )
        }
    }

    /// Where the first ``mostCounted`` rejects come from, the most first.
    public func sources(_ filter: RejectFilter) async throws -> [RejectSource] {
        try await client.query(
            """
            select source, count(*) as rejects from (
                select r.source from longshore.reject r join longshore.load l on l.id = r.load_id
                where \(filter.condition) limit \(Self.mostCounted)) r
            group by source order by rejects desc, source limit 50
            """
        )
        .map { RejectSource(source: try $0.text("source"), rejects: try $0.integer("rejects")) }
    }

    /// How many rejects are open: one more than ``mostOpen`` when there are more than that.
    public func openCount() async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as n from (select from longshore.reject
                where state = \(RejectState.open) limit \(Self.mostOpen + 1)) r
            """
        )
        return try rows.first?.integer("n") ?? 0
    }
}
