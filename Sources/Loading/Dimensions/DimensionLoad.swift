import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

/// Loads a dimension from a source: into a staging table, then one set-based merge.
struct DimensionLoad {
    let attempt: Attempt
    let dimension: Dimension
    let layout: TableLayout
    private let extract: Extract

    init(_ attempt: Attempt, _ dimension: Dimension, _ extract: Extract) {
        self.attempt = attempt
        self.dimension = dimension
        layout = TableLayout(dimension, in: attempt.pipeline)
        self.extract = extract
    }

    var connection: PostgresConnection { attempt.connection }

    func run() async throws -> AttemptResult {
        let unchanged = UnchangedDimension(dimension, from: extract, of: attempt)
        let surroundings = try await unchanged.surroundings()
        if let load = try await unchanged.load(within: surroundings) {
            var result = AttemptResult(counts: RowCounts())
            result.unchangedSince = load
            return result
        }
        let references = try await ReferenceMaps.load(layout.dimensions, of: attempt)
        let reader = try await attempt.open(extract, by: layout.rows)
        try await createStaging()
        let restored = try await restoreMembers()
        let fill = try await fill(from: reader, references)
        let staged = try await fill.run()
        try await connection.analyze("pg_temp.staged", of: dimension.key)
        attempt.observer.reached(.copied)
        guard staged.loaded > 0 || dimension.demands.expectations.allowNoRows else {
            attempt.observer.judged([dimension.demands.expectations.noRows])
            throw LoadingError.noRows(attempt.row.table, staged, refusals: fill.refusals)
        }
        try await attempt.hold(dimension.designs(schema: attempt.row.schema))
        let absent = dimension.expiry.map { AbsentMembers(dimension, rule: $0, attempt) }
        var warnings = try await absent?.judge(staged) ?? []
        try await absent?.record()
        let merged = try await merge(isSnapshot: absent != nil)
        warnings += try await MovedVersions(dimension, attempt).markStale()
        attempt.observer.reached(.swapped)
        var counts = staged
        counts.loaded = merged.merged
        counts.deduplicated += staged.loaded - merged.merged
        warnings += try await Audit(
            attempt: attempt,
            expected: dimension.demands.expectations,
            counts: counts,
            refusals: fill.refusals,
            rows: "pg_temp.staged",
            attributes: dimension.attributes
        )
        .run()
        var result = fill.result(counts, warnings: warnings)
        result.warnings.insert(contentsOf: restored.warnings, at: 0)
        result.given = [restored.given, merged.given]
        result.observations = merged.observations
        result.extent = try await unchanged.extent(within: surroundings)
        return result
    }

    func createStaging() async throws {
        let columns = dimension.sourceColumns.map { "\(id: $0.name) \(raw: $0.type)" as SQL }
        try await connection.query(
            "create temp table staged (\(columns.joined(separator: ", ")), _row bigint) on commit drop"
        )
    }

    /// What brings a reader's rows into the staging table: the table's own columns, row number.
    func fill(from reader: any RowReader, _ references: ReferenceMaps) async throws -> RowFill {
        try await RowFill(
            attempt,
            reader: reader,
            layout: layout.rows(with: [.rowNumber]),
            columns: dimension.sourceColumns.map(\.name) + ["_row"],
            into: "pg_temp.staged",
            references: references
        )
    }

    /// Merges what is staged.
    ///
    /// - Parameter isSnapshot: whether absent members have been looked for.
    /// - Returns: what came of it.
    /// - Throws: `PostgresError`.
    func merge(isSnapshot: Bool) async throws -> MergedMembers {
        let merged =
            try await dimension.keepsObservations
            ? mergeHistory(isSnapshot: isSnapshot) : overwrite()
        try await connection.analyze(
            attempt.table(dimension.table),
            of: dimension.design(schema: attempt.row.schema).sketchedColumns
        )
        return merged
    }

    private func overwrite() async throws -> MergedMembers {
        try await OverwriteMerge(
            dimension: dimension,
            table: attempt.table(dimension.table),
            load: attempt.task.load,
            connection: connection
        )
        .run()
    }

    /// Computes members anew that were observed and have no row, before the source is asked.
    ///
    /// - Returns: what is worth a warning, and the rows that it gave.
    func restoreMembers() async throws -> (warnings: [String], given: MemberCount) {
        let restored = RestoredMembers(dimension: dimension, attempt: attempt)
        guard try await restored.areMissing() else { return ([], .none) }
        let given = try await history(.lost, isSnapshot: false).run().given
        return (try await restored.conclude(), given)
    }

    /// A table that is stale may have lost what the source tells nothing new of.
    private func mergeHistory(isSnapshot: Bool) async throws -> MergedMembers {
        let changed = ChangedDimension(dimension, of: attempt.pipeline, on: connection)
        let isStale = try await ControlTable(connection).isStale(attempt.row.key)
        let isRebuilt = isStale ? true : try await changed.needsRebuild()
        return try await history(isRebuilt ? .all : .changed, isSnapshot: isSnapshot).run()
    }

    private func history(_ scope: HistoryMerge.Scope, isSnapshot: Bool) -> HistoryMerge {
        HistoryMerge(
            dimension: dimension,
            table: attempt.table(dimension.table),
            observations: attempt.table(dimension.observationTable),
            observedAt: observedAt,
            absences: dimension.keepsAbsences ? attempt.table(dimension.absenceTable) : nil,
            isSnapshot: isSnapshot && dimension.keepsAbsences,
            scope: scope,
            load: attempt.task.load,
            connection: connection
        )
    }

    /// When a staged row holds from: its effective column, or the load's creation, which is the same
    /// however often the task is tried.
    private var observedAt: SQL {
        dimension.effective == nil
            ? "\(attempt.row.loadCreated)::timestamptz"
            : dimension.observedAt(zone: attempt.pipeline.zone)
    }
}
