import Extraction
import Pipelines
import Planning
import Postgres
import Rows

extension FactLoad {
    /// Loads rejects into their period, beside the rows that are there.
    ///
    /// A row whose grain is there by now counts as deduplicated.
    func replay() async throws -> AttemptResult {
        let references = try await ReferenceMaps.load(fact.references, of: attempt)
        let target = try await prepareTarget(isReplaced: false)
        let staged = StagedFact(fact: fact, columns: copiedColumns, connection: connection)
        try await staged.create()
        attempt.observer.reached(.opened)
        let replay = RejectReplay(attempt: attempt)
        var counts = RowCounts()
        try await replay.readAll { reader in
            let fill = try RowFill(
                attempt,
                reader: reader,
                layout: layout(references, isNumbered: true),
                columns: copiedColumns.map(\.name) + [StagedFact.rowNumber],
                into: StagedFact.table,
                references: references,
                grain: fact.duplicates == .reject ? grainOutputs : [],
                bounds: bounds
            )
            counts = counts + (try await fill.run())
        }
        try await publish(target)
        let kept = try await staged.move(into: target.table, keepingOld: true)
        counts.deduplicated += counts.loaded - kept
        counts.loaded = kept
        attempt.observer.reached(.copied)
        let input = try await replay.settle()
        attempt.observer.reached(.swapped)
        return AttemptResult(counts: counts, input: input)
    }
}
