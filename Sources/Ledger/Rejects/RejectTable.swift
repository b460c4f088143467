package import Planning
package import Postgres
package import Rows

/// The rejects of all loads, and where each of them stands.
///
/// Nothing else writes `longshore.reject`. Which rows a verb is about may be a condition of its caller; what
/// becomes of a row is said here.
package struct RejectTable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    // MARK: Attempts

    /// Says of open rejects of a table and period that they count no more: their rows are read again.
    package func supersede(of key: PeriodKey) async throws {
        try await connection.query(
            """
            update longshore.reject set state = \(RejectState.superseded)
            where \(key.isRow) and state = \(RejectState.open)
            """
        )
    }

    /// Writes what a task has refused; the `input` of a reject is a key of `inputNames`.
    package func insert(
        _ rejects: [Reject],
        of key: PeriodKey,
        by task: LoadTaskID,
        inputNames: [Int: String]
    ) async throws {
        try await connection.query(
            """
            insert into longshore.reject (load_id, ordinal, schema_name, table_name, period,
                source, line, byte_offset, column_name, rule, reason, raw)
            select \(task.load), \(task.ordinal), \(key.schema), \(key.table), \(key.period),
                source, line, byte_offset, column_name, rule, reason, raw
            from unnest(\(rejects.map { inputNames[$0.input] ?? "" })::text[],
                    \(rejects.map { Int64($0.line) })::bigint[],
                    \(rejects.map { Int64($0.byteOffset) })::bigint[],
                    \(rejects.map(\.column))::text[], \(rejects.map(\.rule))::text[],
                    \(rejects.map(\.reason))::text[], \(rejects.map(\.raw))::bytea[])
                t(source, line, byte_offset, column_name, rule, reason, raw)
            """
        )
    }

    // MARK: Replays

    /// Chooses rejects for a replay; in `rows`, `w` is the table and `source` what it is joined with.
    package func choose(_ rows: SQL, from source: SQL, forReplay load: Int64) async throws {
        try await connection.query(
            "update longshore.reject w set replay_by = \(load) from \(source) where \(rows)"
        )
    }

    /// Says of rejects that were read again that they stay open, for the reason of now; their numbers are
    /// their offsets.
    package func refuseAgain(_ rejects: [Reject]) async throws {
        try await connection.query(
            """
            update longshore.reject r
            set column_name = t.column_name, rule = t.rule, reason = t.reason, replay_by = null
            from unnest(\(rejects.map { Int64($0.byteOffset) })::bigint[],
                    \(rejects.map(\.column))::text[], \(rejects.map(\.rule))::text[],
                    \(rejects.map(\.reason))::text[])
                t(id, column_name, rule, reason)
            where r.id = t.id
            """
        )
    }

    /// Marks those of `numbers`, a table with the column `id`, as fixed that a task of a replay was to read
    /// and has not refused again.
    ///
    /// - Returns: how many they were, by their source, in the order of its names.
    package func fix(
        _ numbers: SQL,
        by task: LoadTaskID
    ) async throws -> [(source: String, rejects: Int)] {
        let rows = try await connection.query(
            """
            with fixed as (
                update longshore.reject r set state = \(RejectState.fixed), fixed_by_load = \(task.load),
                    fixed_by_ordinal = \(task.ordinal), fixed_at = clock_timestamp()
                from \(numbers) p
                where r.id = p.id and r.replay_by = \(task.load) and r.state = \(RejectState.open)
                returning r.source)
            select source, count(*) as rows from fixed group by source order by source
            """
        )
        return try rows.map { (try $0.text("source"), try $0.integer("rows")) }
    }

    // MARK: People

    /// Marks open rejects as waived.
    ///
    /// - Returns: the numbers of those that were open and fit.
    func waive(
        _ filter: RejectFilter,
        reason: String,
        by person: String
    ) async throws -> [Int64] {
        let rows = try await connection.query(
            """
            update longshore.reject w
            set state = \(RejectState.waived), waived_by = \(person),
                waived_at = clock_timestamp(), waiver = \(reason)
            from longshore.reject r join longshore.load l on l.id = r.load_id
            where w.id = r.id and w.state = \(RejectState.open) and \(filter.condition)
            returning w.id
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }.sorted()
    }

    // MARK: Forgetting

    /// How many are deleted at a time.
    private static let piece = 5_000

    /// The condition of rejects that wait for nobody and that nobody has decided about, refused more than so many
    /// days ago.
    static func isSettled(olderThanDays days: Int) -> SQL {
        """
        state in (\([RejectState.superseded, .fixed]))
        and created_at < clock_timestamp() - \(days) * interval '1 day'
        """
    }

    /// How many of them there are.
    func countSettled(olderThanDays days: Int) async throws -> Int {
        let rows = try await connection.query(
            "select count(*) as n from longshore.reject where \(Self.isSettled(olderThanDays: days))"
        )
        return try rows.first?.integer("n") ?? 0
    }

    /// Deletes them, some at a time: each piece is committed by itself, and begins where the last one ended.
    ///
    /// - Returns: how many were deleted.
    func prune(olderThanDays days: Int) async throws -> Int {
        var (deleted, last) = (0, Int64.min)
        while true {
            try Task.checkCancellation()
            let piece = try await connection.query(
                """
                with old as (
                    select id from longshore.reject
                    where id > \(last) and \(Self.isSettled(olderThanDays: days))
                    order by id limit \(Self.piece)
                ), gone as (delete from longshore.reject r using old where r.id = old.id returning r.id)
                select max(id) as last, count(*) as n from gone
                """
            )
            guard let row = piece.first,
                let end = try row.optionalInteger("last", as: Int64.self)
            else { return deleted }
            deleted += try row.integer("n", as: Int.self)
            last = end
        }
    }
}
