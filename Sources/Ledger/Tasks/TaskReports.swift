import Planning
import Postgres

/// What people ask of load tasks.
public struct TaskReports: Sendable {
    let client: PostgresClient
    /// The fleet that asks.
    let fleet: String

    /// The tasks of a load in the order of its plan.
    public func reports(ofLoad load: Int64) async throws -> [TaskReport] {
        let rows = try await client.query(
            """
            select ordinal, kind, table_name, period, state, rows_read, rows_loaded, rows_rejected,
                rows_deduplicated, rows_replaced, unchanged_since, failures, crashes,
                extract(epoch from committed_at - started_at)::float8 as seconds,
                array_to_string(warnings, E'\\n') as warnings,
                case when state <> \(TaskState.done) then \(TaskTable.lastFailure) end as failure
            from longshore.task where load_id = \(load) order by ordinal
            """
        )
        let rejects = try await rejectsByRule(ofLoad: load)
        return try rows.map { row in
            TaskReport(
                ordinal: try row.integer("ordinal"),
                kind: try row.word("kind"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.word("state"),
                counts: try Self.rowCounts(row),
                rejects: rejects[try row.integer("ordinal")] ?? [:],
                replaced: try row.optionalInteger("rows_replaced"),
                unchangedSince: try row.optionalInteger("unchanged_since", as: Int64.self),
                seconds: try row.optionalDouble("seconds"),
                failures: try row.integer("failures"),
                crashes: try row.integer("crashes"),
                failure: try row.optionalText("failure"),
                warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                    .map { String($0) }
                    ?? []
            )
        }
    }

    /// How many tasks of a pool the fleet has published and no attempt has begun.
    public func unbegun(inPool pool: String) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as n from longshore.load l join longshore.task t on t.load_id = l.id
            where l.state = \(LoadState.running) and \(LoadTable.isOf(fleet))
                and t.state = \(TaskState.published) and t.pool = \(pool) and t.begun_at is null
            """
        )
        return try rows.first?.integer("n") ?? 0
    }

    private func rejectsByRule(ofLoad load: Int64) async throws -> [Int: [String: Int]] {
        let rows = try await client.query(
            """
            select ordinal, rule, count(*) as n from longshore.reject where load_id = \(load)
            group by ordinal, rule
            """
        )
        var counts: [Int: [String: Int]] = [:]
        for row in rows {
            counts[try row.integer("ordinal"), default: [:]][try row.text("rule")] =
                try row.integer("n")
        }
        return counts
    }

    static func rowCounts(_ row: PostgresRow) throws -> RowCounts? {
        guard let read = try row.optionalInteger("rows_read") else { return nil }
        return RowCounts(
            read: Int(read),
            loaded: try row.integer("rows_loaded"),
            rejected: try row.integer("rows_rejected"),
            deduplicated: try row.integer("rows_deduplicated")
        )
    }
}
