import Extraction
import Ledger
import Pipelines
package import Planning
import Postgres
import Rows

/// What an attempt did, to be written into the ledger in the same transaction.
package struct AttemptResult: Sendable {
    package var counts: RowCounts
    /// Rows of earlier loads that it removed.
    package var replaced = 0
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
    package var warnings: [String] = []
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
        let inputs = try InputRecord.encoded(inputs)
        let format = header.isEmpty ? nil : try StoredFormat.encoded(format)
        try await connection.query(
            """
            update longshore.task
            set state = 'done', started_at = now(), committed_at = clock_timestamp(), worker = \(worker),
                rows_read = \(counts.read), rows_loaded = \(counts.loaded),
                rows_rejected = \(counts.rejected), rows_deduplicated = \(counts.deduplicated),
                rows_replaced = \(replaced), input = \(input),
                header = \(header.isEmpty ? nil : header),
                warnings = \(warnings.isEmpty ? nil : warnings), inputs = \(inputs)::jsonb,
                header_types = \(types.isEmpty ? nil : types.map { $0?.rawValue }),
                format = \(format)::jsonb, \(BegunMark.end),
                failure_code = null, failure_message = null\(AbsenceRecord.end)
            where load_id = \(task.load) and ordinal = \(task.ordinal)
            """
        )
        let control = try await recordInControl(task, row: row, on: connection)
        // Nothing holds up a close while a task runs whose load is over: it has the last word.
        guard control.affectedRows == 1 else {
            throw LedgerError.closed(row.table, row.period, reason: nil)
        }
        try await observations?.record(row, on: connection)
    }

    private func recordInControl(
        _ task: LoadTaskID,
        row: TaskRow,
        on connection: PostgresConnection
    ) async throws -> PostgresResult {
        let isOpenPeriod: SQL =
            """
            schema_name = \(row.schema) and table_name = \(row.table) and period = \(row.period)
                and state <> 'closed'
            """
        if row.isReplay {
            return try await recordReplay(task, row.kind, isOpenPeriod, on: connection)
        }
        return try await connection.query(
            """
            update longshore.control
            set state = case when stale_by >= \(task.load) or \(staleness)::text is not null
                    then 'stale' else 'loaded' end,
                reason = nullif(concat_ws('; ', case when stale_by >= \(task.load) then reason end,
                    \(staleness)::text), ''),
                loaded_by = \(task.load), loaded_at = clock_timestamp(),
                rows_loaded = \(standing ?? counts.loaded), rows_rejected = \(counts.rejected),
                revision = revision + 1, table_definition = \(definition(of: task))
            where \(isOpenPeriod)
            """
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
        _ isOpenPeriod: SQL,
        on connection: PostgresConnection
    ) async throws -> PostgresResult {
        if kind == .mart {
            return try await connection.query(
                """
                update longshore.control
                set rows_loaded = \(counts.loaded), revision = revision + 1,
                    table_definition = \(definition(of: task)),
                    state = case state when 'stale' then 'loaded' else state end,
                    reason = case state when 'stale' then null else reason end
                where \(isOpenPeriod)
                """
            )
        }
        let rows: SQL =
            standing.map { "\($0)" } ?? "coalesce(rows_loaded, 0) + \(counts.loaded)"
        return try await connection.query(
            """
            update longshore.control
            set rows_loaded = \(rows),
                rows_rejected = greatest(coalesce(rows_rejected, 0) - \(counts.read - counts.rejected), 0),
                state = case when \(staleness)::text is null then state else 'stale' end,
                reason = coalesce(\(staleness)::text, reason), revision = revision + 1
            where \(isOpenPeriod)
            """
        )
    }

    /// The definition by which a task has written its table, as a query.
    private func definition(of task: LoadTaskID) -> SQL {
        """
        (select t.table_definition from longshore.task t
            where t.load_id = \(task.load) and t.ordinal = \(task.ordinal))
        """
    }
}
