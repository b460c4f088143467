import Ledger
import Pipelines
import Postgres
import StarSchema

/// Merges staged rows into a dimension whose rows are ordered by time (scd 2, or `effective`).
///
/// The versions of a member are a function of everything that was ever observed of it: for each
/// business key the distinct states by time. So late, doubled and shuffled rows give the same history
/// as ordered ones. A fixed attribute has the value of the earliest observation, a changing one that
/// of the latest, and a version begins where a historical one changes.
///
/// Columns of the merge's own begin with `_`, as no column of a definition does.
///
/// A version keeps its surrogate key: it takes over the row whose `valid_from` lies within it, one
/// that holds for some time before one that holds for no instant.
struct HistoryMerge {
    let dimension: Dimension
    /// The dimension's quoted name.
    let table: SQL
    /// The quoted name of its observations.
    let observations: SQL
    /// The SQL expression that gives a staged row its time.
    let observedAt: SQL
    /// The quoted name of its absences, when members expire.
    let absences: SQL?
    /// Whether the staged rows are all that the source has, and ``AbsentMembers`` has compared them.
    let isSnapshot: Bool
    /// Which members are computed anew.
    let scope: Scope
    let load: Int64
    let connection: PostgresConnection

    /// The members that a merge computes anew.
    enum Scope {
        /// Those that the source tells something new of.
        case changed
        /// Those that were observed and have no row.
        case lost
        /// All that were ever observed.
        case all
    }

    private var columns: [String] { dimension.sourceColumns.map(\.name) }
    private var keys: SQL { "\(ids: dimension.key)" }
    private var surrogate: SQL { "\(id: dimension.surrogateKey)" }

    /// It leaves `pg_temp.touched`, the business keys whose rows it computed, and, of a dimension with
    /// versions, `pg_temp.ranges_before`.
    ///
    /// - Returns: how many distinct observations were merged, which of them were recorded, and what rows that gave.
    func run() async throws -> MergedMembers {
        let incoming = try await takeIncoming()
        try await dropKnown()
        let recorded = try await recordObservations()
        try await chooseMembers()
        try await computeVersions()
        try await keepSurrogateKeys()
        let watch = try await RowWatch(over: table, on: connection)
        if dimension.isVersioned {
            try await connection.query("set constraints all deferred")
            try await keepRanges()
            try await endVersions(watch)
        }
        let due = try await watch.count(
            before: .update,
            "select count(*) from \(table) d, pg_temp.merged m where \(differs)"
        )
        let updated = try await connection.query(updateSQL).affectedRows
        try watch.require(updated, of: due, .update)
        let new = try await watch.count(
            before: .insert,
            "select count(*) from pg_temp.merged where _surrogate is null"
        )
        let given = try await connection.query(MemberCount.query(ofInsertion: insertSQL))
        let inserted = try given.first?.integer("members", as: Int.self) ?? 0
        try watch.require(inserted, of: new, .insert)
        // Not at the commit, which would fail without saying where.
        if dimension.isVersioned { try await connection.query("set constraints all immediate") }
        return MergedMembers(
            merged: incoming,
            given: try given.first.map(MemberCount.init) ?? .none,
            observations: recorded
        )
    }

    /// Of several staged rows with one key and time the last one counts.
    private func takeIncoming() async throws -> Int {
        try await connection.query(
            """
            create temp table incoming on commit drop as
            select distinct on (\(keys), _observed_at) * from (
                select *, \(observedAt) as _observed_at from pg_temp.staged) s
            order by \(keys), _observed_at, _row desc
            """
        )
        .affectedRows
    }

    /// What has been observed before is not merged again.
    ///
    /// A row without a time of its own is known when it says what the latest observation says; one
    /// with a time, when it says what was observed at that time.
    private func dropKnown() async throws {
        let content = columns.filter { !dimension.key.contains($0) }
        let known: SQL =
            dimension.effective == nil
            ? "(select distinct on (\(keys)) * from \(observations) order by \(keys), _observed_at desc)"
            : observations
        let isKnown: SQL = dimension.effective == nil ? ">=" : "="
        let same: SQL =
            content.isEmpty
            ? ""
            : """
            and (\(ids: content, of: "i")) is not distinct from
                (\(ids: content, of: "o"))
            """
        try await connection.analyze("pg_temp.incoming", of: dimension.key + ["_observed_at"])
        try await connection.query(
            """
            delete from pg_temp.incoming i using \(known) o
            where \(dimension.keysEqual("i", "o")) and i._observed_at \(isKnown) o._observed_at \(same)
            """
        )
    }

    private func recordObservations() async throws -> RecordedObservations {
        let wereNone = try await connection.query("select from \(observations) limit 1").isEmpty
        let content = columns.filter { !dimension.key.contains($0) }
        let toldBy: SQL = "\(id: Dimension.toldBy)"
        let assignments =
            content.map { "\(id: $0) = excluded.\(id: $0)" as SQL } + ["\(toldBy) = \(load)"]
        let action: SQL =
            content.isEmpty
            ? "do nothing" : "do update set \(assignments.joined(separator: ", "))"
        let told: SQL = content.isEmpty ? "" : " and o.\(toldBy) = \(load)"
        let watch = try await RowWatch(over: observations, on: connection)
        // A row that is written over has been locked by this transaction: its `xmax` says so.
        let rows = try await connection.query(
            """
            with recorded as (
                insert into \(observations) (\(ids: columns), _observed_at, \(toldBy))
                select \(ids: columns), _observed_at, \(load) from pg_temp.incoming
                on conflict (\(keys), _observed_at) \(action)
                returning xmax = 0 as is_new)
            select count(*) as written, count(*) filter (where is_new) as added from recorded
            """
        )
        let written = try rows.first?.integer("written", as: Int.self) ?? 0
        try await watch.refuseRest(
            of: .insert,
            .update,
            count: """
                select count(*) from pg_temp.incoming i where not exists (select from \(observations) o
                    where \(dimension.keysEqual("i", "o")) and o._observed_at = i._observed_at\(told))
                """
        )
        let added = try rows.first?.integer("added", as: Int64.self) ?? 0
        try await connection.analyze(
            observations,
            of: dimension.key + [Dimension.observedAt],
            afterWriting: written
        )
        return RecordedObservations(added: added, wereNone: wereNone)
    }

    /// `pg_temp.touched`: the members that are computed anew.
    private func chooseMembers() async throws {
        let changed: [SQL] =
            ["pg_temp.incoming"]
            + (isSnapshot ? [AbsentMembers.gone, AbsentMembers.back] : [])
        let members: SQL =
            switch scope {
            case .all: "select distinct \(keys) from \(observations)"
            case .lost: dimension.lostMembers(observations: observations, table: table)
            case .changed:
                changed.map { "select \(keys) from \($0)" as SQL }.joined(separator: " union ")
            }
        try await connection.query("create temp table touched on commit drop as \(members)")
        try await connection.analyze("pg_temp.touched")
    }

    /// Which row answered for which stretch of time before the merge.
    private func keepRanges() async throws {
        let ranges = dimension.versionRanges(
            in: table,
            where: "(\(keys)) in (select \(keys) from pg_temp.touched)"
        )
        try await connection.query(
            "create temp table ranges_before on commit drop as \(ranges)"
        )
    }

    /// `pg_temp.merged`: every version, as it must be, of every member that was seen.
    private func computeVersions() async throws {
        let values = dimension.sourceColumns.map { column -> SQL in
            let name: SQL = "\(id: column.name)"
            return switch column.change {
            case .fixed: "first_value(\(name)) over history as \(name)"
            case .overwrite: "last_value(\(name)) over history as \(name)"
            case .newVersion: name
            }
        }
        let historical = dimension.sourceColumns.filter { $0.change == .newVersion }.map(\.name)
        let lagged = historical.map { "lag(\(id: $0)) over history" as SQL }
        let changes: SQL =
            historical.isEmpty
            ? ""
            : " or (\(ids: historical)) is distinct from (\(lagged.joined(separator: ", ")))"
        try await connection.query(
            """
            create temp table merged on commit drop as
            with states as (
                select \(values.joined(separator: ", ")), _observed_at,
                    row_number() over history = 1\(changes) as _begins
                from \(observations)
                where (\(keys)) in (select \(keys) from pg_temp.touched)
                window history as (partition by \(keys) order by _observed_at
                    rows between unbounded preceding and unbounded following)
            )
            , versions as (
                select \(ids: columns), _observed_at as valid_from,
                    lead(_observed_at, 1, 'infinity') over versions as valid_to
                from states where _begins
                window versions as (partition by \(keys) order by _observed_at)
            )\(present)
            select \(ids: columns), valid_from, valid_to, valid_to = 'infinity' as is_current,
                row_number() over (partition by \(keys) order by valid_from) = 1 as _is_first,
                null::bigint as _surrogate
            from \(absences == nil ? "versions" : "present")
            """
        )
    }

    /// What absences leave of the versions.
    ///
    /// An absence ends when the source is seen to have the member again, or earlier, when the member
    /// was observed in between: late rows tell of that too.
    private var present: SQL {
        guard let absences else { return "" }
        return """
            , absences as (
                select \(keys), range_agg(tstzrange(_gone_at, coalesce(
                    (select min(_observed_at) from \(observations) o
                        where \(dimension.keysEqual("o", "a")) and _observed_at > a._gone_at
                            and _observed_at <= a._back_at),
                    a._back_at, 'infinity'))) as _times
                from \(absences) a
                where (\(keys)) in (select \(keys) from pg_temp.touched) group by \(keys)
            ), present as (
                select \(ids: columns, of: "v"), lower(_part) as valid_from,
                    upper(_part) as valid_to
                from versions v left join absences a on \(dimension.keysEqual("v", "a"))
                cross join lateral unnest(tstzmultirange(tstzrange(v.valid_from, v.valid_to))
                    - coalesce(a._times, '{}')) _part
            )
            """
    }

    private func keepSurrogateKeys() async throws {
        try await connection.analyze("pg_temp.merged", of: dimension.key + ["valid_from"])
        let isWithin: SQL =
            dimension.isVersioned
            ? """
            (d.is_inferred and m._is_first \
            or d.valid_from >= m.valid_from and d.valid_from < m.valid_to)
            """ : "true"
        let order: SQL =
            dimension.isVersioned ? ", d.valid_from < d.valid_to desc, d.valid_from" : ""
        try await connection.query(
            """
            update pg_temp.merged m set _surrogate = kept._surrogate from (
                select distinct on (\(ids: dimension.key, of: "m"), m.valid_from)
                    \(ids: dimension.key, of: "m"), m.valid_from,
                    d.\(surrogate) as _surrogate
                from pg_temp.merged m join \(table) d on \(dimension.keysEqual("m", "d"))
                where \(isWithin)
                order by \(ids: dimension.key, of: "m"), m.valid_from\(order)) kept
            where \(dimension.keysEqual("m", "kept")) and m.valid_from = kept.valid_from
            """
        )
    }

    /// Current versions that are no longer so end first: a key has one current version only.
    ///
    /// A row that no version took over stays for the facts that point to it, valid for no instant.
    private func endVersions(_ watch: RowWatch) async throws {
        let isOver: SQL = "d.\(surrogate) = m._surrogate and d.is_current and not m.is_current"
        try await connection.query(
            "update \(table) d set is_current = false from pg_temp.merged m where \(isOver)"
        )
        try await watch.refuseRest(
            of: .update,
            count: "select count(*) from \(table) d, pg_temp.merged m where \(isOver)"
        )
        let isLeft: SQL = """
            (\(ids: dimension.key, of: "d")) in (select \(keys) from pg_temp.touched)
            and d.valid_from < d.valid_to
            and not exists (select from pg_temp.merged m where m._surrogate = d.\(surrogate))
            """
        try await connection.query(
            "update \(table) d set is_current = false, valid_to = d.valid_from where \(isLeft)"
        )
        try await watch.refuseRest(
            of: .update,
            count: "select count(*) from \(table) d where \(isLeft)"
        )
    }

    private var storedColumns: [String] {
        let validity = ["valid_from", "valid_to", "is_current"]
        return columns + (dimension.isVersioned ? validity : [])
    }

    private var updateSQL: SQL {
        let assignments = storedColumns.map { "\(id: $0) = m.\(id: $0)" as SQL }
        return """
            update \(table) d
            set \(assignments.joined(separator: ", ")), is_inferred = false, load_id = \(load)
            from pg_temp.merged m
            where \(differs)
            """
    }

    /// Whether a version `m` changes the row `d` that it takes over.
    private var differs: SQL {
        """
        d.\(surrogate) = m._surrogate and (d.is_inferred
            or (\(ids: storedColumns, of: "d")) is distinct from (\(ids: storedColumns, of: "m")))
        """
    }

    private var insertSQL: SQL {
        """
        insert into \(table) (\(ids: storedColumns), load_id)
        select \(ids: storedColumns), \(load) from pg_temp.merged
        where _surrogate is null order by \(keys), valid_from
        returning \(surrogate) as key
        """
    }
}
