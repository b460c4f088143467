import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

extension FactLoad {
    /// Loads rejects into their period, beside the rows that are there, or merges them.
    ///
    /// A row whose grain is there by now counts as deduplicated, unless it is merged and the one that is
    /// there is older than its source.
    func replay() async throws -> AttemptResult {
        try needOwnSession()
        let versions = try await FactVersions.noted(fact, attempt)
        let surroundings = try await surroundings()
        let staged = try await stage(hasOrigin: surroundings.hasClosed)
        attempt.observer.reached(.opened)
        let rejects = RejectReplay(attempt: attempt, layout: layout.rows)
        // All are read before tables and versions are locked: to infer members is to wait for merges of
        // dimensions, which may wait for these.
        var result = AttemptResult(
            counts: try await rejects.fill { reader in
                try await fill(staged, from: reader, surroundings)
            }
        )
        attempt.observer.reached(.copied)
        if result.counts.read > 0 {
            if fact.loading == .replace {
                try await add(staged, versions, to: &result)
            } else {
                try await merge(staged, surroundings.closed, versions, to: &result)
            }
        }
        result.input = try await rejects.settle()
        attempt.observer.reached(.swapped)
        return result
    }

    private func add(
        _ staged: StagedFact,
        _ versions: FactVersions,
        to result: inout AttemptResult
    ) async throws {
        let target = try await FactTarget.beside(fact, of: attempt)
        let kept = try await staged.move(into: target.table, keepingOld: true)
        result.counts.deduplicated += result.counts.loaded - kept
        result.counts.loaded = kept
        try await connection.analyze(
            target.table,
            of: fact.design(schema: attempt.row.schema).sketchedColumns,
            afterWriting: kept
        )
        result.staleness = try await versions.confirm(rowsOf: target.table)
        try await target.finish()
        if target.isAttached { result.grown = attempt.key(of: fact.table) }
    }

    private func merge(
        _ staged: StagedFact,
        _ closed: Set<String>,
        _ versions: FactVersions,
        to result: inout AttemptResult
    ) async throws {
        try await versions.hold()
        let merge = FactMerge(attempt: attempt, fact: fact, staged: staged, closed: closed)
        let store = RejectStore(attempt: attempt)
        let merged = try await merge.run { try await store.write($0, inputNames: [:]) }
        result.counts.loaded = merged.inserted
        result.counts.rejected += merged.refused
        result.counts.deduplicated =
            result.counts.read - result.counts.loaded - result.counts.rejected
        result.replaced = merged.replaced
        result.standing = merged.standing
        if merged.isGrown { result.grown = attempt.key(of: fact.table) }
        result.staleness = try await versions.confirm(rowsOf: FactMerge.incoming)
    }
}
