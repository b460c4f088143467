import Extraction
import Ledger
import Pipelines
package import Planning
import Postgres
import Rows
import Words

/// What an attempt did, to be written into the ledger in the same transaction.
package struct AttemptResult: Sendable {
    package var counts: RowCounts
    /// Rows of earlier loads that it removed.
    package var replaced = 0
    /// The rows that the period, or the table, has now; `nil` when they are those it has loaded.
    var standing: Int?
    /// The table that has got a partition by it.
    var grown: PeriodKey?
    /// What brings the rows in, as the last thing before the commit.
    var swap: LeafSwap?
    /// Names, sizes and digests of what was read.
    var input: String?
    /// The files that were read.
    var inputs: [InputSummary] = []
    /// The columns of what was read.
    var header: [ExactText] = []
    /// What the source knows of these columns, in their order; none where it knows nothing.
    var types: [SourceType?] = []
    /// Expectations that do not hold and let it commit all the same.
    package var warnings: [String] = []
    /// Why the period is stale although it was just loaded; `nil` when it is not.
    var staleness: String?
    /// The load whose rows stand, where the source was not read because it has not changed.
    var unchangedSince: Int64?
    /// Of a dimension: what its tables have now.
    var extent: String?
    /// The rows that it has given a dimension.
    var given: [MemberCount] = []
    /// What it has recorded of a dimension with a history.
    var observations: RecordedObservations?

    /// Adds why the period is stale although it was just loaded; nothing where there is no reason.
    mutating func addStaleness(_ reason: String?) {
        let reasons = [staleness, reason].compactMap(\.self)
        staleness = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// The ledger row and the control table's row; `format` is that of the records that have the header.
    func record(
        _ task: LoadTaskID,
        row: TaskRow,
        _ format: Format,
        _ attempt: AttemptRecord,
        by worker: String,
        on connection: PostgresConnection
    ) async throws {
        var record = record(of: format)
        if row.kind.isDerived { record.horizon = row.horizon }
        let control = ControlTable(connection)
        try await TaskTable(connection).complete(task, record, attempt, by: worker)
        // The table stands as it was loaded, and by whom.
        guard unchangedSince == nil else { return }
        // Nothing holds up a close while a task runs whose load is over: it has the last word.
        guard try await control.record(record, of: row, by: task) else {
            throw LedgerError.closed(row.table, row.period, reason: nil)
        }
        for rows in given { try await control.addMembers(rows, to: row.key) }
        guard let observations else { return }
        try await control.addObservations(
            observations.added,
            of: row.key,
            anew: observations.wereNone
        )
    }

    private func record(of format: Format) -> TaskRecord {
        var record = TaskRecord(counts, replaced: replaced, format: format)
        (record.standing, record.staleness) = (standing, staleness)
        (record.input, record.inputs) = (input, inputs)
        (record.header, record.types) = (header, types)
        record.warnings = warnings
        (record.unchangedSince, record.extent) = (unchangedSince, extent)
        return record
    }
}
