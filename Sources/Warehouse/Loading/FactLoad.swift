import Extraction
import Pipelines
import Planning
import Postgres
import Rows

/// Loads a fact's period, or the whole of one without periods.
///
/// A period that has no partition yet goes into a table of its own, which becomes the partition when
/// it is complete; rows of a period that is there are deleted and copied anew. Readers see the old
/// rows until the commit and the new ones after it (docs/decisions/0005).
struct FactLoad {
    let attempt: Attempt
    let fact: Fact
    private let design: TableDesign

    init(_ attempt: Attempt, _ fact: Fact) {
        self.attempt = attempt
        self.fact = fact
        design = fact.design(schema: attempt.row.schema)
    }

    var connection: PostgresConnection { attempt.connection }

    func run() async throws -> AttemptResult {
        let versions = try await FactVersions.noted(fact, attempt)
        let references = try await ReferenceMaps.load(fact.references, of: attempt)
        let reader = try await attempt.open(fact.extract)
        let target = try await prepareTarget(isReplaced: true)
        let staged = try await staging()
        let fill = try RowFill(
            attempt,
            reader: reader,
            layout: layout(references, isNumbered: staged != nil),
            columns: copiedColumns.map(\.name) + (staged == nil ? [] : [StagedFact.rowNumber]),
            into: staged == nil ? target.table : StagedFact.table,
            references: references,
            grain: staged == nil ? grainOutputs : [],
            bounds: bounds
        )
        var counts = try await fill.run()
        if let staged {
            let kept = try await staged.move(into: target.table)
            counts.deduplicated += counts.loaded - kept
            counts.loaded = kept
        }
        let warnings = try await Audit(
            attempt: attempt,
            expected: fact.expectations,
            counts: counts,
            rejectsByRule: fill.rejectsByRule,
            rows: "\(target.table) where load_id = \(attempt.task.load)",
            attributes: fact.attributes
        )
        .run()
        attempt.observer.reached(.copied)
        let staleness = try await versions.confirm(rowsOf: target.table)
        try await publish(target)
        attempt.observer.reached(.swapped)
        return AttemptResult(
            counts: counts,
            replaced: target.replaced,
            input: fill.input,
            header: fill.header,
            warnings: warnings,
            staleness: staleness
        )
    }

    // MARK: Rows

    /// What the COPY names: all but the period, which is the partition's default.
    var copiedColumns: [TableDesign.Column] {
        design.columns.filter { fact.periodColumn == nil || $0.name != "period" }
    }

    /// The table that rows go through when one of each grain is kept.
    private func staging() async throws -> StagedFact? {
        guard fact.duplicates != .reject else { return nil }
        let staged = StagedFact(fact: fact, columns: copiedColumns, connection: connection)
        try await staged.create()
        return staged
    }

    /// References, attributes, load, and the row's number where one of each grain is kept: the order
    /// of ``copiedColumns``.
    func layout(_ references: ReferenceMaps, isNumbered: Bool) -> RowLayout {
        let keys = fact.references.map { reference in
            RowLayout.Output.key(
                references.plan(
                    reference,
                    attributes: fact.attributes,
                    asOf: fact.periodColumn.flatMap(output)
                )
            )
        }
        let values = fact.attributes.map { RowLayout.Output.value($0.plan) }
        let load = RowLayout.Output.constantInteger(attempt.task.load)
        let number: [RowLayout.Output] = isNumbered ? [.rowNumber] : []
        return RowLayout(
            keys + values + [load] + number,
            checks: fact.checks,
            unique: RowLayout.Unique(
                outputs: fact.attributes.filter(\.isUnique).compactMap { output($0.name) },
                owner: grainOutputs
            )
        )
    }

    /// The place in the layout of an attribute or reference.
    private func output(_ name: String) -> Int? {
        if let index = fact.references.firstIndex(where: { $0.name == name }) { return index }
        return fact.attributes.firstIndex { $0.name == name }.map { fact.references.count + $0 }
    }

    var grainOutputs: [Int] { fact.grain.compactMap(output) }

    var bounds: PeriodBounds? {
        guard let column = fact.periodColumn.flatMap(output), let period = attempt.period else {
            return nil
        }
        return PeriodBounds(
            output: column,
            firstDay: period.start.number,
            endDay: period.end.number
        )
    }

    // MARK: Target

    struct Target {
        /// The quoted table that the COPY goes to.
        var table: String
        /// The partition to attach when the rows are in, when there was none.
        var newLeaf: String?
        var replaced = 0
    }

    func prepareTarget(isReplaced: Bool) async throws -> Target {
        guard fact.periodColumn != nil, let period = attempt.period else {
            let table = design.qualifiedName
            return Target(table: table, replaced: isReplaced ? try await empty(table) : 0)
        }
        let name = fact.leaf(period)
        let table = attempt.table(name)
        if try await isAttached(name) {
            return Target(table: table, replaced: isReplaced ? try await empty(table) : 0)
        }
        try await createLeaf(table, for: period)
        return Target(table: table, newLeaf: name)
    }

    private func empty(_ table: String) async throws -> Int {
        try await connection.query("delete from \(table)").affectedRows
    }

    private func isAttached(_ leaf: String) async throws -> Bool {
        let rows = try await connection.query(
            "select from pg_inherits where inhparent = to_regclass($1) and inhrelid = to_regclass($2)",
            [.text(design.qualifiedName), .text(attempt.table(leaf))]
        )
        return !rows.isEmpty
    }

    /// The columns are spelled out rather than taken with LIKE, which would lock the parent until
    /// the commit and so deadlock with another period that wants to attach its partition.
    private func createLeaf(_ table: String, for period: Period) async throws {
        let columns = design.columns.map { column in
            let standard = column.name == "period" ? " default date '\(period.start)'" : ""
            return "\(quoteIdentifier(column.name)) \(column.type) \(column.constraint)\(standard)"
        }
        try await connection.query("create table \(table) (\(columns.joined(separator: ", ")))")
    }

    /// Makes a new partition visible; its CHECK lets ATTACH skip reading the rows.
    func publish(_ target: Target) async throws {
        guard let leaf = target.newLeaf, let period = attempt.period else { return }
        for index in design.indexes {
            try await connection.query(index.sql(on: target.table, name: leaf + "_grain"))
        }
        let bound = "period >= date '\(period.start)' and period < date '\(period.end)'"
        try await connection.query(
            "alter table \(target.table) add constraint period_bound check (\(bound))"
        )
        try await LockPatience(connection)
            .run(
                "alter table \(design.qualifiedName) attach partition \(target.table) "
                    + "for values from ('\(period.start)') to ('\(period.end)')"
            )
        try await connection.query(
            "alter table \(target.table) drop constraint period_bound"
        )
    }
}
