import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Words

/// After a merge: the facts whose rows point to a version that is not the one of their time any more.
///
/// Their periods are marked stale in the merge's own transaction; closed ones are told of.
struct MovedVersions {
    private let dimension: Dimension
    private let attempt: Attempt

    init(_ dimension: Dimension, _ attempt: Attempt) {
        self.dimension = dimension
        self.attempt = attempt
    }

    private var connection: PostgresConnection { attempt.connection }

    /// A period whose rows are concerned.
    private struct Finding {
        let start: String
        let rows: Int
        let keys: Int
    }

    /// - Returns: warnings of closed periods.
    func markStale() async throws -> [String] {
        let facts = attempt.pipeline.facts
            .filter { !$0.references(asOf: dimension).isEmpty }
            .sorted { $0.table < $1.table }
        guard dimension.isVersioned, !facts.isEmpty, let span = try await compare() else {
            return []
        }
        try attempt.needOwnSession()
        try await VersionLock(schema: attempt.row.schema, dimension: dimension)
            .takeAlone(on: connection)
        try await ControlTable(connection).noteMovedVersions(of: attempt.key(of: dimension.table))
        var warnings: [String] = []
        for fact in facts {
            for finding in try await rows(of: fact, within: span) {
                warnings += try await mark(finding, of: fact)
            }
        }
        return warnings
    }

    /// `pg_temp.moved`: the rows that answer for less time than before.
    ///
    /// - Returns: the days in which they did and do not; `nil` when there are no such rows.
    private func compare() async throws -> (first: String, last: String)? {
        let after = dimension.versionRanges(
            in: attempt.table(dimension.table),
            where: "(\(ids: dimension.key)) in (select \(ids: dimension.key) from pg_temp.touched)"
        )
        try await connection.query(
            """
            create temp table moved on commit drop as
            select a.*, case when a._holds and a._from <= b._from then a._to else b._from end as _lost_from,
                case when a._holds and a._to >= b._to then a._from else b._to end as _lost_to
            from pg_temp.ranges_before b join (\(after)) a using (_surrogate)
            where b._holds and (not a._holds or a._from > b._from or a._to < b._to)
            """
        )
        let rows = try await connection.query(
            """
            select greatest(min(_lost_from), '0001-01-01')::timestamp::date - 1 as first,
                least(max(_lost_to), '9999-12-30')::timestamp::date + 1 as last from pg_temp.moved
            having count(*) > 0
            """
        )
        return try rows.first.map { (try $0.text("first"), try $0.text("last")) }
    }

    private func rows(
        of fact: Fact,
        within span: (first: String, last: String)
    ) async throws -> [Finding] {
        let starts = try await starts(of: fact, within: span)
        guard !starts.isEmpty else { return [] }
        // Literals, so that only the partitions of these periods are read; they may be more than a
        // statement takes parameters.
        let periods = starts.map { "date \(literal: $0)" as SQL }.joined(separator: ", ")
        let misplaced = fact.misplaced(
            in: attempt.table(fact.table),
            of: dimension,
            zone: attempt.pipeline.zone,
            ranges: "pg_temp.moved",
            where: "f.period in (\(periods))"
        )
        try await connection.analyze("pg_temp.moved")
        let found = try await connection.query(
            """
            select _period, count(distinct (_table, _row)) as rows, count(distinct _key) as keys
            from (\(misplaced)) m group by _period order by _period
            """
        )
        return try found.map { row in
            Finding(
                start: try row.text("_period"),
                rows: try row.integer("rows"),
                keys: try row.integer("keys")
            )
        }
    }

    /// The periods with rows that the moved stretches touch.
    private func starts(
        of fact: Fact,
        within span: (first: String, last: String)
    ) async throws -> [String] {
        let rows = try await connection.query(
            """
            select period_start::text as start from longshore.control
            where \(attempt.key(of: fact.table).isOfTable)
                and period_start is not null and loaded_by is not null
                and period_end > \(span.first)::date and period_start <= \(span.last)::date
            order by period_start
            """
        )
        return try rows.map { try $0.text("start") }
    }

    private func mark(_ finding: Finding, of fact: Fact) async throws -> [String] {
        let reason =
            "`\(dimension.name)`: late versions of \(counted(finding.keys, "key")) "
            + "(load \(attempt.task.load)) change what \(counted(finding.rows, "row")) "
            + agreeing(finding.rows, "refers to", "refer to")
        let closed = try await ControlTable(connection)
            .markStale(
                """
                \(attempt.key(of: fact.table).isOfTable) and period_start = \(finding.start)::date
                    and state in (\([PeriodState.loaded, .stale, .closed]))
                    and position(\(reason)::text in concat_ws('; ', reason, reason_before)) = 0
                """,
                because: "\(reason)"
            )
        return closed.map { key in
            "\(reason) in \(fact.table) \(key.period), which is closed and stays as it is: "
                + "to load it again, open it with `longshore periods reopen "
                + "\(attempt.pipeline.name) \(key.period)`"
        }
    }
}
