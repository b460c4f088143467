import Extraction
import Pipelines
import Planning
import Postgres
import Rows

extension DimensionLoad {
    /// Merges rejects into the dimension.
    ///
    /// It says nothing of members that are not among them: none expires.
    func replay() async throws -> AttemptResult {
        let references = try await ReferenceMaps.load(dimension.references, of: attempt)
        try await createStaging()
        attempt.observer.reached(.opened)
        let replay = RejectReplay(attempt: attempt)
        var counts = RowCounts()
        try await replay.readAll { reader in
            let fill = try RowFill(
                attempt,
                reader: reader,
                layout: layout(references),
                columns: dimension.sourceColumns.map(\.name) + ["_row"],
                into: "pg_temp.staged",
                references: references,
                rowsBefore: counts.read
            )
            counts = counts + (try await fill.run())
        }
        attempt.observer.reached(.copied)
        try await connection.analyze("pg_temp.staged")
        var warnings: [String] = []
        if counts.loaded > 0 {
            let members = try await merge(isSnapshot: false)
            warnings = try await MovedVersions(dimension, attempt).markStale()
            counts.deduplicated += counts.loaded - members
            counts.loaded = members
        }
        let input = try await replay.settle()
        attempt.observer.reached(.swapped)
        return AttemptResult(counts: counts, input: input, warnings: warnings)
    }
}
