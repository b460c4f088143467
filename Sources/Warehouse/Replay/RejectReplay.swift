import Extraction
import Foundation
import Pipelines
import Planning
import Postgres

/// The rejects that a task of a replay reads again, in the task's transaction.
///
/// They were chosen when the replay was created. Those that somebody has settled since, by a reload or
/// a waiver, are left alone. One that is refused again is let go of, and stays open; the others are
/// fixed by the task.
struct RejectReplay {
    let attempt: Attempt

    /// Rejects that are read at a time.
    private static let page = 5_000

    /// Gives `body` readers of all the rejects in their order, each of rows with one header.
    func readAll(_ body: (RawRecordReader) async throws -> Void) async throws {
        var last: Int64 = 0
        while true {
            let rejects = try await page(after: last)
            guard let final = rejects.last else { return }
            var rest = rejects[...]
            while let shape = rest.first?.shape {
                let alike = rest.prefix { $0.shape == shape }
                rest = rest.dropFirst(alike.count)
                try await body(
                    RawRecordReader(
                        alike.map(\.record),
                        header: shape.header,
                        delimiter: shape.delimiter
                    )
                )
            }
            last = Int64(final.record.number)
        }
    }

    /// Marks those that were not refused again as fixed.
    ///
    /// - Returns: where they came from, in words.
    func settle() async throws -> String {
        let rows = try await attempt.connection.query(
            """
            with fixed as (
                update longshore.reject set state = 'fixed', fixed_by_load = $1,
                    fixed_by_ordinal = $2, fixed_at = clock_timestamp()
                where \(Self.condition) and replay_by = $1 and state = 'open'
                returning source)
            select source, count(*) as rows from fixed group by source order by source
            """,
            key
        )
        return try rows.map { "\(try $0.text("rows")) rejects of \(try $0.text("source"))" }
            .joined(separator: "; ")
    }

    private static let condition = "schema_name = $3 and table_name = $4 and period = $5"

    private var key: [PostgresValue] {
        let row = attempt.row
        return [
            .integer(attempt.task.load), .integer(Int64(attempt.task.ordinal)),
            .text(row.schema), .text(row.table), .text(row.period),
        ]
    }

    // MARK: Rejects

    /// What rows must have in common to be read by one reader.
    private struct Shape: Hashable {
        let header: [String]
        let delimiter: UInt8
    }

    private struct Rejected {
        let record: RawRecord
        let shape: Shape
    }

    /// Locked, so that nobody waives one while its row is being loaded.
    private func page(after last: Int64) async throws -> [Rejected] {
        let rows = try await attempt.connection.query(
            """
            select r.id, r.source, r.line, r.raw, array_to_json(t.header)::text as header, d.digest,
                d.bundle
            from longshore.reject r
            join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
            join longshore.load l on l.id = r.load_id
            join longshore.definition d on d.digest = l.definition
            where r.replay_by = $1 and r.schema_name = $2 and r.table_name = $3 and r.period = $4
                and r.state = 'open' and t.header is not null and r.id > $5
            order by r.id limit \(Self.page) for update of r
            """,
            [.integer(attempt.task.load)] + key.suffix(3) + [.integer(last)]
        )
        var delimiters: [String: UInt8] = [:]
        return try rows.map { row in
            let digest = try row.text("digest")
            let delimiter = try delimiters[digest] ?? self.delimiter(inBundle: row.text("bundle"))
            delimiters[digest] = delimiter
            let header = try JSONDecoder()
                .decode([String].self, from: Data(try row.text("header").utf8))
            return Rejected(
                record: RawRecord(
                    number: try row.integer("id"),
                    input: try row.text("source"),
                    line: try row.integer("line"),
                    bytes: try row.bytes("raw")
                ),
                shape: Shape(header: header, delimiter: delimiter)
            )
        }
    }

    /// Rows are read as they were read, whatever the definition says now of their source.
    private func delimiter(inBundle bundle: String) throws -> UInt8 {
        try Pipeline.parse(bundle: DefinitionBundle(encoded: bundle))
            .delimiter(ofTable: attempt.row.name)
    }
}
