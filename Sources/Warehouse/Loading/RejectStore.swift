import Foundation
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
            where schema_name = $1 and table_name = $2 and period = $3 and state = 'open'
            """,
            [.text(attempt.row.schema), .text(attempt.row.table), .text(attempt.row.period)]
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
            select $1, $2, $3, $4, $5, source, line, byte_offset, column_name, rule, reason, raw
            from unnest($6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[],
                    $11::text[], $12::bytea[])
                t(source, line, byte_offset, column_name, rule, reason, raw)
            """,
            [
                .integer(attempt.task.load), .integer(Int64(attempt.task.ordinal)),
                .text(row.schema), .text(row.table), .text(row.period),
                .textArray(rejects.map { inputNames[$0.input] ?? "" }),
                .integerArray(rejects.map { Int64($0.line) }),
                .integerArray(rejects.map { Int64($0.byteOffset) }),
                .textArray(rejects.map(\.column)), .textArray(rejects.map(\.rule)),
                .textArray(rejects.map(\.reason)), .bytesArray(rejects.map(\.raw)),
            ]
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
        try await attempt.connection.query(
            """
            insert into longshore.input_header (load_id, ordinal, source, header)
            select $1, $2, source, array(select json_array_elements_text(names::json))
            from unnest($3::text[], $4::text[]) t(source, names)
            on conflict do nothing
            """,
            [
                .integer(attempt.task.load), .integer(Int64(attempt.task.ordinal)),
                .textArray(inputs.map { inputNames[$0] ?? "" }),
                .textArray(
                    try inputs.map { input in
                        let names = try JSONEncoder().encode(columns[input] ?? [])
                        return String(decoding: names, as: UTF8.self)
                    }
                ),
            ]
        )
    }

    /// Rejects that were read again stay open, for the reason of now; their numbers are their offsets.
    private func refuseAgain(_ rejects: [Reject]) async throws {
        try await attempt.connection.query(
            """
            update longshore.reject r
            set column_name = t.column_name, rule = t.rule, reason = t.reason, replay_by = null
            from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
                t(id, column_name, rule, reason)
            where r.id = t.id
            """,
            [
                .integerArray(rejects.map { Int64($0.byteOffset) }),
                .textArray(rejects.map(\.column)), .textArray(rejects.map(\.rule)),
                .textArray(rejects.map(\.reason)),
            ]
        )
    }
}
