import Extraction
import Pipelines
import Planning
import Postgres
import Rows

/// What an attempt did, to be written into the ledger in the same transaction.
struct AttemptResult: Sendable {
    var counts: RowCounts
    /// Rows of earlier loads that it removed.
    var replaced = 0
    /// The rows that the period, or the table, has now; `nil` when they are those it has loaded.
    var standing: Int?
    /// What brings the rows in, as the last thing before the commit.
    var swap: LeafSwap?
    /// Names, sizes and digests of what was read.
    var input: String?
    /// The files that were read.
    var inputs: [InputSummary] = []
    /// The columns of what was read.
    var header: [String] = []
    /// What the source knows of these columns, in their order; none where it knows nothing.
    var types: [SourceType?] = []
    /// Expectations that do not hold and let it commit all the same.
    var warnings: [String] = []
    /// Why the period is stale although it was just loaded; `nil` when it is not.
    var staleness: String?
    /// What it has recorded of a dimension with a history.
    var observations: RecordedObservations?

    /// The ledger row and the control table's row; `format` is that of the records that have the header.
    func record(
        _ task: LoadTaskID,
        row: TaskRow,
        _ format: Format,
        by worker: String,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            update longshore.task
            set state = 'done', started_at = now(), committed_at = clock_timestamp(), worker = $3,
                rows_read = $4, rows_loaded = $5, rows_rejected = $6, rows_deduplicated = $7,
                rows_replaced = $8, input = $9, header = $10, warnings = $11, inputs = $12::jsonb,
                header_types = $13, format = $14::jsonb, \(BegunMark.end),
                failure_code = null, failure_message = null\(AbsenceRecord.end)
            where load_id = $1 and ordinal = $2
            """,
            [
                .integer(task.load), .integer(Int64(task.ordinal)), .text(worker),
                .integer(Int64(counts.read)), .integer(Int64(counts.loaded)),
                .integer(Int64(counts.rejected)), .integer(Int64(counts.deduplicated)),
                .integer(Int64(replaced)), PostgresValue(input),
                header.isEmpty ? .null : .textArray(header),
                warnings.isEmpty ? .null : .textArray(warnings),
                PostgresValue(try InputRecord.encoded(inputs)),
                types.isEmpty ? .null : .textArray(types.map { $0?.rawValue }),
                header.isEmpty ? .null : .text(try StoredFormat.encoded(format)),
            ]
        )
        let control = try await recordInControl(task, row: row, on: connection)
        // Nothing holds up a close while a task runs whose load is over: it has the last word.
        guard control.affectedRows == 1 else {
            throw WarehouseError.closed(row.table, row.period, reason: nil)
        }
        try await observations?.record(row, on: connection)
    }

    private func recordInControl(
        _ task: LoadTaskID,
        row: TaskRow,
        on connection: PostgresConnection
    ) async throws -> PostgresResult {
        let place: [PostgresValue] = [.text(row.schema), .text(row.table), .text(row.period)]
        if row.isReplay { return try await recordReplay(task, row.kind, place, on: connection) }
        return try await connection.query(
            """
            update longshore.control
            set state = case when stale_by >= $4 or $7::text is not null then 'stale' else 'loaded' end,
                reason = nullif(concat_ws('; ', case when stale_by >= $4 then reason end, $7::text), ''),
                loaded_by = $4, loaded_at = clock_timestamp(),
                rows_loaded = $5, rows_rejected = $6, revision = revision + 1,
                table_definition = (select t.table_definition from longshore.task t
                    where t.load_id = $4 and t.ordinal = $8)
            where schema_name = $1 and table_name = $2 and period = $3 and state <> 'closed'
            """,
            place + [
                .integer(task.load), .integer(Int64(standing ?? counts.loaded)),
                .integer(Int64(counts.rejected)), PostgresValue(staleness),
                .integer(Int64(task.ordinal)),
            ]
        )
    }

    /// A replay adds to what a load has loaded: the period is still that load's, and stale if it was.
    ///
    /// Its marts are computed anew, so they are stale no more; but they are no reason for an older load to
    /// leave its own alone. What the period's other rows follow from is what they followed from before.
    /// Merged rows may have come from other periods, or gone there: they are counted.
    private func recordReplay(
        _ task: LoadTaskID,
        _ kind: LoadTaskKind,
        _ place: [PostgresValue],
        on connection: PostgresConnection
    ) async throws -> PostgresResult {
        let here = "schema_name = $1 and table_name = $2 and period = $3 and state <> 'closed'"
        if kind == .mart {
            return try await connection.query(
                """
                update longshore.control
                set rows_loaded = $4, revision = revision + 1,
                    table_definition = (select t.table_definition from longshore.task t
                        where t.load_id = $5 and t.ordinal = $6),
                    state = case state when 'stale' then 'loaded' else state end,
                    reason = case state when 'stale' then null else reason end
                where \(here)
                """,
                place + [
                    .integer(Int64(counts.loaded)), .integer(task.load),
                    .integer(Int64(task.ordinal)),
                ]
            )
        }
        let rows = standing == nil ? "coalesce(rows_loaded, 0) + $4" : "$4"
        return try await connection.query(
            """
            update longshore.control
            set rows_loaded = \(rows),
                rows_rejected = greatest(coalesce(rows_rejected, 0) - $5, 0),
                state = case when $6::text is null then state else 'stale' end,
                reason = coalesce($6, reason), revision = revision + 1
            where \(here)
            """,
            place + [
                .integer(Int64(standing ?? counts.loaded)),
                .integer(Int64(counts.read - counts.rejected)), PostgresValue(staleness),
            ]
        )
    }
}
