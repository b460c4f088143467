import Foundation
import Ledger
import Planning
import Postgres
import Rows
import Words

/// Writes rejects into the ledger, in the transaction of the task that refused them.
struct RejectStore {
    let attempt: Attempt

    /// Earlier loads' rejects of the same rows count no more: this attempt reads the rows again.
    ///
    /// A replay reads none but those it was made for.
    func supersedeEarlier() async throws {
        guard !attempt.row.isReplay else { return }
        try await RejectTable(attempt.connection).supersede(of: attempt.row.key)
    }

    /// Keeps `rejects`; their `input` is a key of `inputNames`.
    func write(_ rejects: [Reject], inputNames: [Int: String]) async throws {
        guard !rejects.isEmpty else { return }
        let table = RejectTable(attempt.connection)
        guard !attempt.row.isReplay else { return try await table.refuseAgain(rejects) }
        try await table.insert(
            rejects,
            of: attempt.row.key,
            by: attempt.task,
            inputNames: inputNames
        )
    }

    /// Keeps the columns of the inputs that `rejects` are of, where they are not those of the task's
    /// first input; all three are by the input's number.
    func keepColumns(
        _ columns: [Int: [ExactText]],
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
}
