import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Words

/// The versions of dimensions that a fact's task finds, and whether they still hold when it is done.
struct FactVersions {
    private let fact: Fact
    private let attempt: Attempt
    /// By dimension, the revision at which versions last moved.
    private let noted: [String: Int64]

    /// Notes what the key maps, which must be loaded after it, are at least as new as.
    static func noted(_ fact: Fact, _ attempt: Attempt) async throws -> FactVersions {
        let empty = FactVersions(fact: fact, attempt: attempt, noted: [:])
        return FactVersions(fact: fact, attempt: attempt, noted: try await empty.moved())
    }

    /// The dimensions whose versions the fact's own time decides, in the order in which they are locked.
    private var dimensions: [Dimension] {
        attempt.pipeline.dimensions
            .filter { !fact.references(asOf: $0).isEmpty }
            .sorted { $0.table < $1.table }
    }

    /// Keeps versions from moving until the transaction ends.
    ///
    /// It comes before rows of the control table are locked, which a merge that moves versions wants
    /// while it holds them.
    func hold() async throws {
        for dimension in dimensions {
            try await VersionLock(schema: attempt.row.schema, dimension: dimension)
                .share(on: attempt.connection)
        }
    }

    /// Keeps versions from moving until the transaction ends, and looks whether they have moved since
    /// they were noted.
    ///
    /// It comes before the rows are published: who waits here for a merge that reads the fact must
    /// not hold up its readers.
    ///
    /// - Returns: why the rows in `table` are stale already; `nil` when they are not.
    func confirm(rowsOf table: SQL) async throws -> String? {
        guard !dimensions.isEmpty else { return nil }
        try await hold()
        let now = try await moved()
        var reasons: [String] = []
        for dimension in dimensions where now[dimension.table] != noted[dimension.table] {
            if let reason = try await misplaced(dimension, in: table) { reasons.append(reason) }
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private func moved() async throws -> [String: Int64] {
        guard !dimensions.isEmpty else { return [:] }
        let rows = try await attempt.connection.query(
            """
            select table_name, versions_moved from longshore.control
            where schema_name = \(attempt.row.schema)
                and table_name = any(\(dimensions.map(\.table))::text[]) and period = ''
            """
        )
        var moved: [String: Int64] = [:]
        for row in rows {
            moved[try row.text("table_name")] = try row.integer("versions_moved", as: Int64.self)
        }
        return moved
    }

    private func misplaced(_ dimension: Dimension, in table: SQL) async throws -> String? {
        let query = fact.misplaced(
            in: table,
            of: dimension,
            zone: attempt.pipeline.zone,
            ranges: "(\(dimension.versionRanges(in: attempt.table(dimension.table))))"
        )
        try await attempt.connection.analyze(table)
        let rows = try await attempt.connection.query(
            """
            select count(distinct (_table, _row)) as rows, count(distinct _key) as keys
            from (\(query)) m
            """
        )
        guard let row = rows.first else { return nil }
        let count = try row.integer("rows")
        guard count > 0 else { return nil }
        let keys = counted(try row.integer("keys"), "key")
        return "`\(dimension.name)`: versions of \(keys) moved while load \(attempt.task.load) "
            + "loaded the period, and change what \(counted(count, "row")) "
            + agreeing(count, "refers to", "refer to")
    }
}
