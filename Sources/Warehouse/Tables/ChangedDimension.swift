import Pipelines
import Postgres

/// A dimension beside what it was when its table was last merged.
///
/// Observations are kept whole, so that a column whose `scd` changed is computed anew from them. What
/// they do not tell is refused: since when the rows hold that were loaded without `effective`, or the
/// versions of a table that had none.
struct ChangedDimension {
    private let dimension: Dimension
    private let pipeline: Pipeline
    private let connection: PostgresConnection

    init(_ dimension: Dimension, of pipeline: Pipeline, on connection: PostgresConnection) {
        self.dimension = dimension
        self.pipeline = pipeline
        self.connection = connection
    }

    private var table: String { qualified(pipeline.schema, dimension.table) }

    /// Whether every member has to be computed anew, not only those that the source tells something
    /// new of.
    func needsRebuild() async throws -> Bool {
        guard dimension.keepsObservations, let before = try await previous() else { return false }
        return before.keepsAbsences != dimension.keepsAbsences
            || dimension.changes.contains { column, change in
                before.changes[column].map { $0 != change } ?? false
            }
    }

    /// Refuses a change that only a new load of everything can follow; an empty table follows any.
    ///
    /// - Throws: `WarehouseError` that says what changed, what rests on it, and what would do it.
    func check(altersTables: Bool) async throws {
        guard let before = try await previous() else { return }
        guard try await hasMembers() else {
            return altersTables ? try await reshape(from: before) : ()
        }
        if before.isVersioned != dimension.isVersioned {
            throw try await refusal(
                before.isVersioned
                    ? "it has versions, the definition has no `scd: 2`"
                    : "it has no versions, the definition has `scd: 2`"
            )
        }
        if before.effective != dimension.effective {
            throw try await refusal(
                "its rows are ordered by \(time(before)), the definition says \(time(dimension))"
            )
        }
    }

    private func time(_ dimension: Dimension) -> String {
        dimension.effective.map { "`effective: \($0)`" }
            ?? "the time of their load (no `effective`)"
    }

    /// The dimension as it was defined in the load that merged it last.
    private func previous() async throws -> Dimension? {
        let rows = try await connection.query(
            """
            select d.bundle from longshore.control c
            join longshore.load l on l.id = c.loaded_by
            join longshore.definition d on d.digest = l.definition
            where c.schema_name = $1 and c.table_name = $2 and c.period = ''
            """,
            [.text(pipeline.schema), .text(dimension.table)]
        )
        guard let bundle = try rows.first?.text("bundle") else { return nil }
        // A definition that this program cannot read any more tells nothing.
        let pipeline = try? Pipeline.parse(bundle: DefinitionBundle(encoded: bundle))
        return pipeline?.dimension(dimension.name)
    }

    private func hasMembers() async throws -> Bool {
        guard try await isThere() else { return false }
        let surrogate = quoteIdentifier(dimension.surrogateKey)
        return try await
            !connection.query(
                "select from \(table) where \(surrogate) <> \(UnknownMember.key) limit 1"
            )
            .isEmpty
    }

    private func isThere() async throws -> Bool {
        try await
            !connection.query(
                "select from pg_class where oid = to_regclass($1)",
                [.text(table)]
            )
            .isEmpty
    }

    // MARK: Empty tables

    /// Gives a table that was emptied the columns of versions, or takes them away.
    ///
    /// It is not made anew: its surrogate keys go on, so that no fact points to another member
    /// meanwhile.
    private func reshape(from before: Dimension) async throws {
        guard before.isVersioned != dimension.isVersioned, try await isThere() else { return }
        let constraints = VersionConstraints.names(of: dimension)
            .map { "drop constraint if exists \(quoteIdentifier($0))" }
        let columns = Dimension.validity.map { column in
            let name = quoteIdentifier(column.name)
            return dimension.isVersioned
                ? "add column if not exists \(name) \(column.type) \(column.constraint)"
                : "drop column if exists \(name)"
        }
        try await LockPatience(connection)
            .run(
                "alter table \(table) \((constraints + columns).joined(separator: ", ")); "
                    + "drop index if exists \(qualified(pipeline.schema, dimension.table + "_key"))"
            )
    }

    // MARK: Refusals

    private func refusal(_ problem: String) async throws -> WarehouseError {
        let facts = pipeline.facts
            .filter { fact in fact.references.contains { $0.dimension == dimension.name } }
        let tables = [table] + (try await kept())
        let names = facts.map { quoteLiteral($0.table) }.joined(separator: ", ")
        let mark = """
            update longshore.control set state = 'stale', reason = '\(dimension.table) was emptied' \
            where schema_name = \(quoteLiteral(pipeline.schema)) and table_name in (\(names)) \
            and state = 'loaded';
            """
        var statements = ["truncate \(tables.joined(separator: ", "));"]
        if !facts.isEmpty { statements.append(mark) }
        let periods = try await LoadedPeriods(pipeline.schema, facts.map(\.table), on: connection)
            .summary()
        return .destructive(
            "\(pipeline.schema).\(dimension.table)",
            problem
                + (periods.isEmpty
                    ? "" : ". It has to be loaded anew, and with it \(periods)"),
            sql: statements.joined(separator: "\n    ")
                + "\n    -- then: longshore load FOLDER"
                + (pipeline.periods == nil || facts.isEmpty ? "" : " --stale")
        )
    }

    /// The tables of observations and absences that exist.
    private func kept() async throws -> [String] {
        let rows = try await connection.query(
            "select name from unnest($1::text[]) name where to_regclass(name) is not null order by name",
            [
                .textArray(
                    [dimension.observationTable, dimension.absenceTable]
                        .map { qualified(pipeline.schema, $0) }
                )
            ]
        )
        return try rows.map { try $0.text("name") }
    }
}

extension Dimension {
    /// What a changed value does, by column.
    fileprivate var changes: [String: ChangeType] {
        Dictionary(sourceColumns.map { ($0.name, $0.change) }) { first, _ in first }
    }
}
