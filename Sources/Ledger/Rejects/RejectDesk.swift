public import Pipelines
public import Planning
import Postgres
import Rows
public import Words

/// A refused source row.
public struct RejectReport: Sendable, Codable {
    /// Its number.
    public var reject: Int64
    /// The load task that refused it: `load.ordinal`.
    public var task: String
    /// The table that it was meant for.
    public var table: String
    /// The period that was being loaded.
    public var period: String
    /// The file or query.
    public var source: String
    /// The line of the row's start, from 1.
    public var line: Int
    /// The byte of the row's start, from 0.
    public var byteOffset: Int
    /// The column, when one column is at fault.
    public var column: String?
    /// The rule that it breaks.
    public var rule: String
    /// What is wrong, in words.
    public var reason: String
    /// `open`, `fixed`, `waived` or `superseded`.
    public var state: RejectState
    /// When it was refused, in UTC.
    public var refusedAt: String
    /// Who waived it.
    public var waivedBy: String?
    /// When, in UTC.
    public var waivedAt: String?
    /// Why.
    public var waiver: String?
    /// The load task of a replay that loaded it.
    public var fixedBy: String?
    /// When, in UTC.
    public var fixedAt: String?
}

/// A refused source row with the row itself.
public struct RejectedRow: Sendable {
    /// What is known of it.
    public var report: RejectReport
    /// The row's bytes as they were read, without the line's end; not always UTF-8.
    public var raw: [UInt8]
    /// The names of the source's columns; empty when an older Longshore refused the row.
    public var header: [ExactText]
    /// How the row is written.
    public var format: Format
    /// Names, sizes and digests of what the task has read; `nil` when it never committed.
    public var input: String?
    /// The digest of the definition that the row was refused by.
    public var definition: String
}

/// Questions about rejects, and their waivers.
public struct RejectDesk: Sendable {
    let client: PostgresClient
    let log: ActionLog

    /// Rejects by table, period, source and line; at most `limit`.
    public func reports(_ filter: RejectFilter, limit: Int) async throws -> [RejectReport] {
        let rows = try await client.query(
            """
            select \(Self.reportColumns) from longshore.reject r
            join longshore.load l on l.id = r.load_id
            where \(filter.condition)
            order by r.schema_name, r.table_name, r.period, r.source, r.line, r.id limit \(limit)
            """
        )
        return try rows.map(Self.report)
    }

    /// Rejects in the order of their numbers, beginning after the number `last`; at most `limit`.
    public func reports(
        _ filter: RejectFilter,
        after last: Int64,
        limit: Int
    ) async throws -> [RejectReport] {
        let rows = try await client.query(
            """
            select \(Self.reportColumns) from longshore.reject r
            join longshore.load l on l.id = r.load_id
            where \(filter.condition) and r.id > \(last) order by r.id limit \(limit)
            """
        )
        return try rows.map(Self.report)
    }

    /// How many rejects fit.
    public func count(_ filter: RejectFilter) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as n from longshore.reject r
            join longshore.load l on l.id = r.load_id where \(filter.condition)
            """
        )
        return try rows.first.map { try $0.integer("n") } ?? 0
    }

    /// Rejects with their rows, in the order of their numbers, beginning after the number `last`.
    ///
    /// There are at most `limit`, fewer where the rows are long, and none only when there are no more.
    public func rows(
        _ filter: RejectFilter,
        after last: Int64 = 0,
        limit: Int
    ) async throws -> [RejectedRow] {
        try await client.withConnection { connection in
            let rows = try await connection.query(
                """
                select * from (select \(Self.reportColumns), r.raw,
                    \(RejectPage.bytesBefore("r.raw", "r.id")),
                    array_to_json(coalesce(h.header, t.header))::text as header, t.input,
                    t.format::text as format, l.definition, t.kind, t.name
                from longshore.reject r
                join longshore.load l on l.id = r.load_id
                join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
                left join longshore.input_header h on h.load_id = r.load_id and h.ordinal = r.ordinal
                    and h.source = r.source
                where \(filter.condition) and r.id > \(last)
                order by r.id limit \(limit)) page
                where \(RejectPage.isNotFull) order by id
                """
            )
            let formats = try rows.map { try StoredFormat.read($0.optionalText("format")) }
            let definitions = try await Self.definitions(
                of: zip(rows, formats).filter { $1 == nil }.map(\.0),
                on: connection
            )
            var header = (text: ExactText?.none, names: [ExactText]())
            return try zip(rows, formats)
                .map { row, format in
                    let text = try row.optionalText("header").map { ExactText($0) }
                    // One source's rows have one header.
                    if text != header.text { header = (text, StoredHeader.names(text?.text) ?? []) }
                    return RejectedRow(
                        report: try Self.report(row),
                        raw: try row.bytes("raw"),
                        header: header.names,
                        format: try format
                            ?? definitions[row.text("definition")]?
                            .format(ofTable: row.text("name"))
                            ?? .csv(CSVDialect()),
                        input: try row.optionalText("input"),
                        definition: try row.text("definition")
                    )
                }
        }
    }

    /// Marks open rejects as waived: they count as settled from now on.
    ///
    /// - Returns: the numbers of those that were open and fit.
    public func waive(
        _ filter: RejectFilter,
        reason: String,
        by person: String
    ) async throws -> [Int64] {
        var open = filter
        open.onlyOpen = true
        let filter = open
        return try await client.transaction { connection in
            try await log.write(
                .waive,
                filter.words,
                reason: reason,
                standing: .of(filter),
                on: connection,
                where: { !$0.isEmpty }
            ) { try await RejectTable(connection).waive(filter, reason: reason, by: person) }
        }
    }

    /// The tables that rejects were meant for, by name.
    public func tables(of filter: RejectFilter) async throws -> [String] {
        let rows = try await client.query(
            """
            select distinct r.schema_name || '.' || r.table_name as table_name
            from longshore.reject r join longshore.load l on l.id = r.load_id
            where \(filter.condition) order by 1
            """
        )
        return try rows.map { try $0.text("table_name") }
    }

    /// Deletes superseded and fixed rejects that were refused more than `days` days ago.
    ///
    /// Open ones wait for somebody, and a waiver is a decision that somebody took: they stay.
    ///
    /// - Returns: how many were deleted.
    public func prune(olderThanDays days: Int) async throws -> Int {
        try await client.withConnection { connection in
            try await RejectTable(connection).prune(olderThanDays: days)
        }
    }

    // MARK: Rows

    private static let reportColumns: SQL = """
        r.id, r.load_id, r.ordinal, r.schema_name || '.' || r.table_name as table_name, r.period,
        r.source, r.line, r.byte_offset, r.column_name, r.rule, r.reason, r.state, r.waived_by,
        r.waiver, r.fixed_by_load || '.' || r.fixed_by_ordinal as fixed_by,
        \(isoTime("r.fixed_at")) as fixed_at, \(isoTime("r.created_at")) as refused_at, \(isoTime("r.waived_at")) as waived_at
        """

    private static func report(_ row: PostgresRow) throws -> RejectReport {
        RejectReport(
            reject: try row.integer("id", as: Int64.self),
            task: "\(try row.text("load_id")).\(try row.text("ordinal"))",
            table: try row.text("table_name"),
            period: try row.text("period"),
            source: try row.text("source"),
            line: try row.integer("line"),
            byteOffset: try row.integer("byte_offset"),
            column: try row.optionalText("column_name"),
            rule: try row.text("rule"),
            reason: try row.text("reason"),
            state: try row.word("state"),
            refusedAt: try row.text("refused_at"),
            waivedBy: try row.optionalText("waived_by"),
            waivedAt: try row.optionalText("waived_at"),
            waiver: try row.optionalText("waiver"),
            fixedBy: try row.optionalText("fixed_by"),
            fixedAt: try row.optionalText("fixed_at")
        )
    }

    /// The definitions, by their digests, of rows whose format was not kept: tasks of older versions have none.
    private static func definitions(
        of older: [PostgresRow],
        on connection: PostgresConnection
    ) async throws -> [String: Pipeline] {
        try await StoredDefinition.pipelines(
            ofDigests: Set(older.map { try $0.text("definition") }),
            on: connection
        )
    }
}

extension Pipeline {
    /// How the records of a dimension or fact are written; those of a query come as CSV.
    package func format(ofTable name: String) -> Format {
        extract(ofTable: name)?.format ?? .csv(CSVDialect())
    }

    /// The source's columns that a dimension or fact takes its attributes from.
    package func columnsRead(forTable name: String) -> Set<ExactText> {
        let attributes = fact(name)?.attributes ?? dimension(name)?.attributes ?? []
        return Set(attributes.filter { $0.plan.expression == nil }.map(\.plan.source))
    }

    /// What a dimension or fact reads; the two share their names.
    package func extract(ofTable name: String) -> Extract? {
        if let fact = fact(name) { return fact.extract }
        switch dimension(name)?.content {
        case .extract(let extract)?: return extract
        case .calendar(let plan)?: return plan.holidays?.extract
        case nil: return nil
        }
    }
}
