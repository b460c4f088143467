import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

extension DimensionLoad {
    /// Merges rejects into the dimension.
    ///
    /// It says nothing of members that are not among them: none expires.
    func replay() async throws -> AttemptResult {
        let references = try await ReferenceMaps.load(layout.dimensions, of: attempt)
        try await createStaging()
        let restored = try await restoreMembers()
        attempt.observer.reached(.opened)
        let rejects = RejectReplay(attempt: attempt, layout: layout.rows)
        var counts = try await rejects.fill { try await fill(from: $0, references) }
        attempt.observer.reached(.copied)
        try await connection.analyze("pg_temp.staged", of: dimension.key)
        var warnings: [String] = []
        var merged: MergedMembers?
        if counts.loaded > 0 {
            try await attempt.hold(dimension.designs(schema: attempt.row.schema))
            let members = try await merge(isSnapshot: false)
            merged = members
            warnings = try await MovedVersions(dimension, attempt).markStale()
            counts.deduplicated += counts.loaded - members.merged
            counts.loaded = members.merged
        }
        let input = try await rejects.settle()
        attempt.observer.reached(.swapped)
        return AttemptResult(
            counts: counts,
            input: input,
            warnings: restored.warnings + warnings,
            given: [restored.given] + (merged.map { [$0.given] } ?? []),
            observations: merged?.observations
        )
    }
}
