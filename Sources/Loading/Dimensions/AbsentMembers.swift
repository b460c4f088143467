import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Words

/// The members of a dimension whose key a full snapshot of the source does not have (`on_missing:
/// expire`), and those that it has again.
///
/// Unknown and inferred members never expire: no source has told of them.
struct AbsentMembers {
    private let dimension: Dimension
    private let rule: ExpiryRule
    private let attempt: Attempt

    /// Temporary tables of business keys.
    static let gone: SQL = "pg_temp.gone"
    static let back: SQL = "pg_temp.back"

    init(_ dimension: Dimension, rule: ExpiryRule, _ attempt: Attempt) {
        self.dimension = dimension
        self.rule = rule
        self.attempt = attempt
    }

    private var connection: PostgresConnection { attempt.connection }
    private var table: SQL { attempt.table(dimension.table) }
    private var absences: SQL { attempt.table(dimension.absenceTable) }
    private var keys: SQL { "\(ids: dimension.key)" }
    /// A load expires members from its creation on, however often its task is tried.
    private var now: SQL { "\(attempt.row.loadCreated)::timestamptz" }

    /// Finds both among the staged rows, and refuses to expire too many at once.
    ///
    /// - Parameter source: what became of the source's rows. The keys of rejected ones are not known,
    ///   so nothing expires while there are any.
    /// - Returns: what is worth a warning.
    /// - Throws: `LoadingError` when more would expire than may; whatever may, when the source is
    ///   empty.
    func judge(_ source: RowCounts) async throws -> [String] {
        let gone = try await find()
        guard gone > 0 else { return [] }
        guard source.read > 0 else {
            throw LoadingError.emptySource(dimension.table, gone: gone)
        }
        if source.rejected > 0 {
            try await connection.query("delete from \(Self.gone)")
            return [
                "\(counted(gone, "member")) not in the source \(agreeing(gone, "is", "are")) kept all the "
                    + "same: \(counted(source.rejected, "row")) of it \(agreeing(source.rejected, "was", "were")) "
                    + "rejected, and may be theirs"
            ]
        }
        let present = try await presentCount()
        let isTooMany = Double(gone) > rule.maximumShare * Double(present)
        attempt.observer.judged([
            AuditResult(
                "expired",
                isNeeded: rule.severity == .fail,
                expected: "at most \(percent(rule.maximumShare)) of the members",
                seen: "\(grouped(gone)) of \(counted(present, "member"))",
                held: !isTooMany
            )
        ])
        guard isTooMany else { return [] }
        switch rule.severity {
        case .fail:
            throw LoadingError.tooManyExpire(
                dimension.table,
                gone: gone,
                of: present,
                limit: rule.maximumShare
            )
        case .warn:
            return [
                "\(gone) of \(counted(present, "member")) \(agreeing(present, "has", "have")) expired, more than \(percent(rule.maximumShare))"
            ]
        }
    }

    /// - Returns: how many are gone.
    private func find() async throws -> Int {
        let isStaged: SQL =
            "exists (select from pg_temp.staged s where \(dimension.keysEqual("s", "d")))"
        let gone = try await connection.query(
            """
            create temp table gone on commit drop as
            select \(keys) from \(table) d where \(isPresent) and not \(isStaged)
            """
        )
        let expired: SQL =
            dimension.isVersioned
            ? "\(absences) d where _back_at is null" : "\(table) d where expired_at is not null"
        try await connection.query(
            """
            create temp table back on commit drop as
            select \(keys) from \(expired) and \(isStaged)
            """
        )
        return gone.affectedRows
    }

    private func presentCount() async throws -> Int {
        let rows = try await connection.query(
            "select count(*) as members from \(table) d where \(isPresent)"
        )
        return try rows.first.map { try $0.integer("members") } ?? 0
    }

    private var isPresent: SQL {
        """
        \(dimension.isVersioned ? "d.is_current" : "d.expired_at is null") and not d.is_inferred \
        and d.\(id: dimension.surrogateKey) <> \(UnknownMember.key)
        """
    }

    /// Notes when members went and came: a merge computes versions from it.
    func record() async throws {
        guard dimension.isVersioned else { return try await recordInRows() }
        let watch = try await RowWatch(over: absences, on: connection)
        let recorded = try await connection.query(
            """
            insert into \(absences) (\(keys), _gone_at)
            select \(keys), \(now) from \(Self.gone)
            on conflict (\(keys), _gone_at) do update set _back_at = null
            """
        )
        try await watch.refuseRest(
            of: .insert,
            .update,
            count: """
                select count(*) from \(Self.gone) g where not exists (select from \(absences) a
                    where \(dimension.keysEqual("a", "g")) and a._gone_at = \(now) and a._back_at is null)
                """
        )
        try await connection.analyze(absences, afterWriting: recorded.affectedRows)
        let isBack: SQL = "\(dimension.keysEqual("a", "b")) and a._back_at is null"
        try await connection.query(
            "update \(absences) a set _back_at = \(now) from \(Self.back) b where \(isBack)"
        )
        try await watch.refuseRest(
            of: .update,
            count: "select count(*) from \(absences) a, \(Self.back) b where \(isBack)"
        )
    }

    private func recordInRows() async throws {
        let watch = try await RowWatch(over: table, on: connection)
        for (keys, value) in [(Self.gone, now), (Self.back, "null")] {
            let isChosen = dimension.keysEqual("d", "k")
            let due = try await watch.count(
                before: .update,
                "select count(*) from \(table) d, \(keys) k where \(isChosen)"
            )
            let updated = try await connection.query(
                """
                update \(table) d set expired_at = \(value), load_id = \(attempt.task.load)
                from \(keys) k where \(isChosen)
                """
            )
            try watch.require(updated.affectedRows, of: due, .update)
        }
    }
}
