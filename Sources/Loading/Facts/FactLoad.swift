import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

/// Loads a fact's period, or the whole of one without periods.
///
/// A period that has no partition yet goes into a table of its own, which becomes the partition when
/// it is complete; rows of a period that is there are deleted and copied anew, or its partition is
/// swapped. Readers see the old rows until the commit and the new ones after it
/// (docs/decisions/0005 and 0013). Rows of facts that are merged or appended go through a staging
/// table (docs/decisions/0014).
struct FactLoad {
    let attempt: Attempt
    let fact: Fact
    let layout: TableLayout
    private let design: TableDesign

    init(_ attempt: Attempt, _ fact: Fact) {
        self.attempt = attempt
        self.fact = fact
        layout = TableLayout(fact, in: attempt.pipeline)
        design = fact.design(schema: attempt.row.schema)
    }

    var connection: PostgresConnection { attempt.connection }

    func run() async throws -> AttemptResult {
        try needOwnSession()
        if attempt.way.grains == .inPostgres { try await findRepeatedGrains() }
        return fact.loading == .replace ? try await replace() : try await merge()
    }

    // MARK: Replacing

    private func replace() async throws -> AttemptResult {
        let versions = try await FactVersions.noted(fact, attempt)
        let surroundings = try await surroundings()
        let reader = try await attempt.open(fact.extract, by: layout.rows)
        let isCopied = fact.duplicates == .reject
        let target = try await FactTarget.prepare(fact, of: attempt, isCopied: isCopied)
        let staged = isCopied ? nil : try await stage(hasOrigin: false)
        let fill = try await RowFill(
            attempt,
            reader: reader,
            layout: rows(isNumbered: !isCopied),
            columns: staged?.names ?? copiedColumns.map(\.name),
            into: staged == nil ? target.table : StagedFact.table,
            references: surroundings.references,
            grain: layout.grain,
            comparing: grainScope,
            bounds: try bounds(closed: surroundings.closed),
            isFrozen: target.isFrozen
        )
        do {
            return try await replace(by: fill, staged, in: target, versions)
        } catch let error as PostgresError
            where error.sqlState == .uniqueViolation && fill.hasMissedGrains
        {
            throw GrainsRepeat(table: fact.table, cause: error)
        }
    }

    private func replace(
        by fill: RowFill,
        _ staged: StagedFact?,
        in target: FactTarget,
        _ versions: FactVersions
    ) async throws -> AttemptResult {
        var counts = try await fill.run()
        if let staged {
            let kept = try await staged.move(into: target.table)
            counts.deduplicated += counts.loaded - kept
            counts.loaded = kept
        } else if fill.hasMissedGrains, !target.isNew,
            try await !design.isKeptUnique(in: target.table, on: connection),
            try await fact.hasRepeatedGrains(
                in: target.table,
                ofLoad: attempt.task.load,
                on: connection
            )
        {
            throw GrainsRepeat(table: fact.table)
        }
        if !target.isNew || isReadByMarts {
            try await connection.analyze(target.table, of: design.sketchedColumns)
        }
        try await versions.hold()
        var result = try await conclude(
            fill,
            counts,
            accepted: counts,
            standing: counts.loaded,
            rows: "\(target.table) where load_id = \(attempt.task.load)"
        )
        result.addStaleness(try await versions.confirm(rowsOf: target.table))
        try await target.finish()
        attempt.observer.reached(.swapped)
        result.replaced = target.replaced
        result.swap = target.swap
        if target.isAttached { result.grown = attempt.key(of: fact.table) }
        return result
    }

    // MARK: Merging and appending

    /// Rows that are merged are looked for in all partitions.
    func needOwnSession() throws(SessionIsOld) {
        if hasPeriods, fact.loading != .replace { try attempt.needOwnSession() }
    }

    private func merge() async throws -> AttemptResult {
        let versions = try await FactVersions.noted(fact, attempt)
        let surroundings = try await surroundings()
        let (staged, fill) = try await stageSource(
            in: surroundings,
            hasOrigin: surroundings.hasClosed
        )
        let read = try await fill.run()
        if fact.duplicates == .reject, fill.hasMissedGrains {
            // They are not all: of those near each other one was kept.
            guard try await staged.rowsWithRepeatedGrain().isEmpty else {
                throw GrainsRepeat(table: fact.table)
            }
        }
        try await versions.hold()
        let merge = FactMerge(
            attempt: attempt,
            fact: fact,
            staged: staged,
            closed: surroundings.closed
        )
        let merged = try await merge.run { try await fill.refuse($0) }
        var counts = read
        counts.loaded = merged.inserted
        counts.rejected += merged.refused
        counts.deduplicated = counts.read - counts.loaded - counts.rejected
        var accepted = counts
        accepted.loaded += merged.known
        accepted.deduplicated -= merged.known
        var result = try await conclude(
            fill,
            counts,
            accepted: accepted,
            standing: merged.standing,
            rows: "(\(staged.kept)) accepted"
        )
        result.addStaleness(try await versions.confirm(rowsOf: FactMerge.incoming))
        attempt.observer.reached(.swapped)
        result.replaced = merged.replaced
        result.standing = merged.standing
        if merged.isGrown { result.grown = attempt.key(of: fact.table) }
        return result
    }

    /// Whether marts join the rows right after, as the same load's next tasks.
    private var isReadByMarts: Bool {
        attempt.pipeline.marts.contains { $0.reads.contains(fact.name) }
    }

    // MARK: Grains

    private var grainScope: GrainScope {
        switch attempt.way.grains {
        case .inMemory(let bytes): .all(memory: bytes)
        case .among(let rows): .some(rows)
        case .inPostgres: .some([])
        }
    }

    /// Reads the source into a staging table, with all rows that no rule refuses, and ends by telling those with the same
    /// grain.
    private func findRepeatedGrains() async throws -> Never {
        let (staged, fill) = try await stageSource(in: surroundings(), hasOrigin: false)
        _ = try await fill.run()
        throw GrainsRepeat(table: fact.table, rows: try await staged.rowsWithRepeatedGrain())
    }

    // MARK: Rows

    private var hasPeriods: Bool { fact.periodColumn != nil }
    var others: OtherPeriods { OtherPeriods(attempt: attempt, fact: fact) }

    /// What the COPY names: all but the period, which is the partition's default.
    private var copiedColumns: [TableDesign.Column] {
        design.columns.filter {
            ($0.name != "period" || !hasPeriods) && $0.name != Fact.loadPeriod
        }
    }

    /// What the fact's rows are read against.
    func surroundings() async throws -> FactSurroundings {
        let references = try await ReferenceMaps.load(layout.dimensions, of: attempt)
        let closed = fact.loading == .replace ? [] : try await others.closed()
        return FactSurroundings(references: references, closed: closed)
    }

    /// Makes the staging table.
    func stage(hasOrigin: Bool) async throws -> StagedFact {
        let period = design.columns.filter {
            $0.name == "period" && hasPeriods && fact.loading != .replace
        }
        let staged = StagedFact(
            fact: fact,
            columns: copiedColumns + period,
            hasOrigin: hasOrigin,
            connection: connection
        )
        try await staged.create()
        return staged
    }

    /// Opens the source, whose rows go into the staging table.
    private func stageSource(
        in surroundings: FactSurroundings,
        hasOrigin: Bool
    ) async throws -> (StagedFact, RowFill) {
        let reader = try await attempt.open(fact.extract, by: layout.rows)
        let staged = try await stage(hasOrigin: hasOrigin)
        return (staged, try await fill(staged, from: reader, surroundings, comparing: grainScope))
    }

    /// What brings a reader's rows into the staging table.
    func fill(
        _ staged: StagedFact,
        from reader: any RowReader,
        _ surroundings: FactSurroundings,
        comparing scope: GrainScope = .all(memory: .max)
    ) async throws -> RowFill {
        var layout = rows(isNumbered: true, hasOrigin: staged.hasOrigin)
        // Which row has a value first is known when it is known which rows stay.
        if attempt.way.grains == .inPostgres { layout.unique = RowLayout.Unique() }
        return try await RowFill(
            attempt,
            reader: reader,
            layout: layout,
            columns: staged.names,
            into: StagedFact.table,
            references: surroundings.references,
            grain: self.layout.grain,
            comparing: scope,
            bounds: try bounds(closed: surroundings.closed)
        )
    }

    /// The table's own columns, load, and what staged rows carry: the order of the COPY's columns.
    ///
    /// Rows of a fact's table without a period have it by default.
    ///
    /// - Parameters:
    ///   - isNumbered: whether the rows carry their number among those read.
    ///   - hasOrigin: whether they carry what a reject of them is made of.
    /// - Returns: what a row is made of.
    private func rows(isNumbered: Bool, hasOrigin: Bool = false) -> RowLayout {
        let hasPeriod = hasPeriods && fact.loading != .replace
        return layout.rows(
            with: [.constantInteger(attempt.task.load)] + (hasPeriod ? [.period] : [])
                + (isNumbered ? [.rowNumber] : []) + (hasOrigin ? [.origin] : [])
        )
    }

    private func bounds(closed: Set<String>) throws -> PeriodBounds? {
        guard let column = layout.periodOutput, let period = attempt.period else { return nil }
        let later = try others.later(closed: closed)
        let last = later.last.flatMap { Period($0.label, grain: period.grain) }
        return PeriodBounds(
            output: column,
            label: period.label,
            firstDay: period.start.number,
            endDay: period.end.number,
            earlier: others.earlier(closed: closed),
            later: later,
            horizon: last?.end.number
        )
    }

    /// Judges what was loaded and says so.
    ///
    /// - Parameters:
    ///   - fill: what has read the rows.
    ///   - counts: what became of them.
    ///   - accepted: as `counts`, with what the table knew already among the loaded.
    ///   - standing: the rows that the period, or the table, has now.
    ///   - rows: those that were accepted, as SQL that can follow `from`.
    /// - Returns: what is to be recorded.
    /// - Throws: `LoadingError` when an expectation does not hold that must.
    private func conclude(
        _ fill: RowFill,
        _ counts: RowCounts,
        accepted: RowCounts,
        standing: Int,
        rows: SQL
    ) async throws -> AttemptResult {
        let warnings = try await Audit(
            attempt: attempt,
            expected: fact.demands.expectations,
            counts: accepted,
            standing: standing,
            refusals: fill.refusals,
            rows: rows,
            attributes: fact.attributes
        )
        .run()
        try await others.markStale(fill.lateRows)
        attempt.observer.reached(.copied)
        var result = fill.result(counts, warnings: warnings)
        result.staleness = try await UnseenFiles(attempt, fact).reason(among: result.inputs)
        return result
    }
}
