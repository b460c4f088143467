import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema

/// Computes the rows of an export and writes what of them is to be delivered, in the transaction of its task.
struct ExportLoad {
    private let attempt: Attempt
    private let export: Export

    init(_ attempt: Attempt, _ export: Export) {
        self.attempt = attempt
        self.export = export
    }

    /// The rows, for as long as the transaction lasts.
    private static let rows: SQL = "pg_temp.export_rows"
    /// Bytes of a row, or of an object that has all of them.
    private static let longestBody = 64 << 20
    /// Bytes of a key.
    private static let longestKey = 1000

    func run() async throws -> AttemptResult {
        let schema = attempt.row.schema
        let effects = EffectTable(attempt.connection, showing: attempt.ticket)
        let key = ExportKey(schema: schema, name: export.name)
        try await effects.refuseTaken(key, in: attempt.task)
        let function = MartFunction(
            mart: export.name,
            kind: export.word,
            setting: MartSetting(schema: schema, zone: attempt.pipeline.zone),
            role: try await MartRole.find(for: schema, on: attempt.connection),
            connection: attempt.connection
        )
        attempt.observer.reached(.opened)
        let panel = try await PublishedPanel(attempt, export, in: function.setting)
        let query = try await ExportQuery.make(
            of: panel?.export ?? export,
            in: function.setting,
            on: attempt.connection
        )
        _ = try await function.run(query.rows, returning: ExportQuery.type) {
            "create temp table export_rows on commit drop as select key_values, body from \($0)"
        }
        attempt.observer.reached(.copied)
        try await refuseUnusable()
        try await panel?.draw(Self.rows)
        let comparison = try await effects.compare(
            Self.rows,
            of: key,
            by: export.key,
            at: export.place(in: attempt.pipeline),
            deletesMissing: export.deletesMissing,
            in: attempt.task
        )
        attempt.observer.progressed(rows: comparison.rows, bytes: 0)
        return AttemptResult(
            counts: RowCounts(
                read: comparison.rows,
                loaded: comparison.changed,
                deduplicated: comparison.rows - comparison.changed
            ),
            replaced: comparison.gone,
            standing: comparison.rows,
            warnings: function.role == nil ? [MartRole.absence(for: schema)] : []
        )
    }

    /// A row without a key of its own could not be delivered right.
    private func refuseUnusable() async throws {
        let rows = try await attempt.connection.query(
            """
            select count(*) filter (where array_position(key_values, null) is not null) as nulls,
                count(*) filter (where '' = any(key_values)) as empties,
                count(*) - count(distinct key_values) as doubled,
                coalesce(max(octet_length(array_to_json(key_values)::text)), 0) as longest_key,
                coalesce(max(octet_length(body)), 0) as longest_body
            from \(Self.rows)
            """
        )
        guard let row = rows.first else { return }
        let key = export.key.joined(separator: ", ")
        let problems = [
            (try row.integer("nulls", as: Int.self) > 0, "rows have a null in the key (\(key))"),
            (
                try row.integer("empties", as: Int.self) > 0 && !export.target.namedColumns.isEmpty,
                "rows have an empty text in the key (\(key)), which makes no name"
            ),
            (
                try row.integer("doubled", as: Int.self) > 0,
                "several rows have the same key (\(key))"
            ),
            (
                try row.integer("longest_key", as: Int.self) > Self.longestKey,
                "a key has more than \(Self.longestKey) bytes"
            ),
            (
                try row.integer("longest_body", as: Int.self) > Self.longestBody,
                "what is delivered at once has more than \(Self.longestBody >> 20) MiB"
            ),
        ]
        let found = problems.filter(\.0).map(\.1)
        guard found.isEmpty else { throw LoadingError.exportRows(of: export.name, found) }
    }
}

extension Export {
    /// Where its rows go, as the definition says it: what it names by variables is not looked at.
    fileprivate func place(in pipeline: Pipeline) -> String {
        let source = target.source.flatMap { pipeline.sources[$0] }
        return (source.map { "\($0.place) " } ?? "") + target.settings
    }
}
