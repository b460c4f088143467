import Foundation
import Ledger
import Planning
import Postgres
import Rows

/// Writes rejects into the ledger, in the transaction of the task that refused them.
struct RejectStore {
    let attempt: Attempt

    /// Earlier loads' rejects of the same rows count no more: this attempt reads the rows again.
    ///
    /// A replay reads none but those it was made for.
    func supersedeEarlier() async throws {
        guard !attempt.row.isReplay else { return }
        try await attempt.connection.query(
            """
            update longshore.reject set state = 'superseded'
            where schema_name = \(attempt.row.schema) and table_name = \(attempt.row.table)
                and period = \(attempt.row.period) and state = 'open'
            """
        )
    }

    /// Keeps `rejects`; their `input` is a key of `inputNames`.
    func write(_ rejects: [Reject], inputNames: [Int: String]) async throws {
        guard !rejects.isEmpty else { return }
        let row = attempt.row
        guard !row.isReplay else { return try await refuseAgain(rejects) }
        try await attempt.connection.query(
            """
            insert into longshore.reject (load_id, ordinal, schema_name, table_name, period,
                source, line, byte_offset, column_name, rule, reason, raw)
            select \(attempt.task.load), \(attempt.task.ordinal), \(row.schema), \(row.table),
                \(row.period), source, line, byte_offset, column_name, rule, reason, raw
            from unnest(\(rejects.map { inputNames[$0.input] ?? "" })::text[],
                    \(rejects.map { Int64($0.line) })::bigint[],
                    \(rejects.map { Int64($0.byteOffset) })::bigint[],
                    \(rejects.map(\.column))::text[], \(rejects.map(\.rule))::text[],
                    \(rejects.map(\.reason))::text[], \(rejects.map(\.raw))::bytea[])
                t(source, line, byte_offset, column_name, rule, reason, raw)
            """
        )
    }

    /// Keeps the columns of the inputs that `rejects` are of, where they are not those of the task's
    /// first input; all three are by the input's number.
    func keepColumns(
        _ columns: [Int: [String]],
        of rejects: [Reject],
        inputNames: [Int: String]
    ) async throws {
        let inputs = Set(rejects.map(\.input)).filter { columns[$0] != nil }.sorted()
        guard !inputs.isEmpty, !attempt.row.isReplay else { return }
        let headers = try inputs.map { input in
            String(decoding: try JSONEncoder().encode(columns[input] ?? []), as: UTF8.self)
        }
        try await attempt.connection.query(
            """
            insert into longshore.input_header (load_id, ordinal, source, header)
            select \(attempt.task.load), \(attempt.task.ordinal), source,
                array(select json_array_elements_text(names::json))
            from unnest(\(inputs.map { inputNames[$0] ?? "" })::text[], \(headers)::text[])
                t(source, names)
            on conflict do nothing
            """
        )
    }

    /// Rejects that were read again stay open, for the reason of now; their numbers are their offsets.
    private func refuseAgain(_ rejects: [Reject]) async throws {
        try await attempt.connection.query(
            """
            update longshore.reject r
            set column_name = t.column_name, rule = t.rule, reason = t.reason, replay_by = null
            from unnest(\(rejects.map { Int64($0.byteOffset) })::bigint[],
                    \(rejects.map(\.column))::text[], \(rejects.map(\.rule))::text[],
                    \(rejects.map(\.reason))::text[])
                t(id, column_name, rule, reason)
            where r.id = t.id
            """
        )
    }
}
