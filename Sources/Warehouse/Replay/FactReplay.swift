import Extraction
import Pipelines
import Planning
import Postgres
import Rows

extension FactLoad {
    /// Loads rejects into their period, beside the rows that are there, or merges them.
    ///
    /// A row whose grain is there by now counts as deduplicated, unless it is merged and the one that is
    /// there is older than its source.
    func replay() async throws -> AttemptResult {
        let versions = try await FactVersions.noted(fact, attempt)
        let references = try await ReferenceMaps.load(fact.references, of: attempt)
        attempt.observer.reached(.opened)
        let rejects = RejectReplay(attempt: attempt)
        var result =
            fact.loading == .replace
            ? try await addReplayed(rejects, references, versions)
            : try await mergeReplayed(rejects, references, versions)
        attempt.observer.reached(.copied)
        result.input = try await rejects.settle()
        attempt.observer.reached(.swapped)
        return result
    }

    private func addReplayed(
        _ rejects: RejectReplay,
        _ references: ReferenceMaps,
        _ versions: FactVersions
    ) async throws -> AttemptResult {
        let target = try await FactTarget.beside(fact, of: attempt)
        let staged = staging(hasOrigin: false)
        try await staged.create()
        var counts = RowCounts()
        try await rejects.readAll { reader in
            counts = counts + (try await fill(staged, from: reader, references, closed: []).run())
        }
        let kept = try await staged.move(into: target.table, keepingOld: true)
        counts.deduplicated += counts.loaded - kept
        counts.loaded = kept
        try await connection.analyze(target.table, afterWriting: kept)
        let staleness = try await versions.confirm(rowsOf: target.table)
        try await target.finish()
        return AttemptResult(counts: counts, staleness: staleness)
    }

    private func mergeReplayed(
        _ rejects: RejectReplay,
        _ references: ReferenceMaps,
        _ versions: FactVersions
    ) async throws -> AttemptResult {
        let closed = try await earlier.closed()
        var result = AttemptResult(counts: RowCounts())
        try await rejects.readAll { reader in
            let staged = staging(hasOrigin: !closed.isEmpty)
            try await staged.create()
            var counts = try await fill(staged, from: reader, references, closed: closed).run()
            let merged = try await FactMerge(
                attempt: attempt,
                fact: fact,
                staged: staged,
                closed: closed
            )
            .run()
            try await RejectStore(attempt: attempt).write(merged.refused, inputNames: [:])
            counts.loaded = merged.inserted
            counts.rejected += merged.refused.count
            counts.deduplicated = counts.read - counts.loaded - counts.rejected
            result.counts = result.counts + counts
            result.replaced += merged.replaced
            result.standing = merged.standing
            // The next reader's rows are numbered from the beginning again.
            try await connection.script(
                """
                create temp table if not exists replayed (like \(FactMerge.incoming)) on commit drop;
                insert into pg_temp.replayed table \(FactMerge.incoming);
                drop table \(StagedFact.table), \(FactMerge.incoming), \(FactMerge.stored);
                """
            )
        }
        // Once, after the last reader: from here on a merge of a dimension waits for this transaction, and
        // a reader that infers members waits for such a merge. Without a row there was no reader.
        if result.counts.read > 0 {
            result.staleness = try await versions.confirm(rowsOf: "pg_temp.replayed")
        }
        return result
    }

    private func fill(
        _ staged: StagedFact,
        from reader: RawRecordReader,
        _ references: ReferenceMaps,
        closed: Set<String>
    ) throws -> RowFill {
        let layout = layout(references, isNumbered: true, hasOrigin: staged.hasOrigin)
        return try RowFill(
            attempt,
            reader: reader,
            layout: layout.rows,
            columns: staged.names,
            into: StagedFact.table,
            references: references,
            grain: fact.duplicates == .reject ? layout.grain : [],
            bounds: bounds(layout, closed: closed)
        )
    }
}
