import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Brings staged rows into a fact whose rows stay (`load: merge` and `load: append`).
///
/// A row's grain is looked for in all periods, see ``GrainMembers``. With `merge`, the row takes the place of the one that
/// is there, unless that one came with a later period's source, which knows better; so the order of
/// the load tasks does not matter. With `append`, the one that is there stays. So it does in a replay,
/// when it came with the same source as the reject: it was the first.
struct FactMerge {
    let attempt: Attempt
    let fact: Fact
    let staged: StagedFact
    /// The labels of periods that were closed when the attempt began.
    let closed: Set<String>

    /// The staged rows that go into the fact, until the transaction ends.
    static let incoming: SQL = "pg_temp.incoming"
    /// Where the fact has the grain of a staged row, until the transaction ends.
    static let stored: SQL = "pg_temp.stored"
    private static let rowNumber: SQL = "\(id: StagedFact.rowNumber)"

    /// What became of the staged rows.
    struct Outcome {
        var inserted = 0
        /// Rows that gave way.
        var replaced = 0
        /// Staged rows whose grain is there already and that change nothing.
        var known = 0
        /// Staged rows whose grain is in a closed period.
        var refused = 0
        /// How many rows of the task's own period, or of the table, there are now.
        var standing = 0
        /// Whether the table has got a partition.
        var isGrown = false
    }

    private var connection: PostgresConnection { attempt.connection }
    private var table: SQL { attempt.table(fact.table) }
    /// The task's period, for facts that have periods.
    private var period: Period? { fact.periodColumn == nil ? nil : attempt.period }
    private var firstDay: SQL? { period.map { "\($0.start.description)::date" } }

    /// Moves the rows.
    ///
    /// - Parameter refuse: takes the staged rows whose grain is in a closed period, some at a time.
    /// - Returns: what became of the rows.
    /// - Throws: what `refuse` throws; `PostgresError`.
    func run(refusing refuse: ([Reject]) async throws -> Void) async throws -> Outcome {
        var outcome = Outcome()
        // Two tasks that look for the same grain at once would both miss it.
        try await TableLock(attempt.key(of: fact.table)).take(on: connection)
        // Not for writing yet: it reads the table for its grains, and that is enough to keep it.
        try await WrittenColumns(fact.design(schema: attempt.row.schema), on: connection)
            .hold(for: .reading)
        try await connection.query("create temp table incoming on commit drop as \(staged.kept)")
        try await connection.analyze(
            Self.incoming,
            of: fact.grainColumns + [StagedFact.rowNumber]
        )
        try await connection.query("create temp table stored on commit drop as \(storedSQL)")
        try await connection.analyze(Self.stored)
        outcome.known = try await dropKnown()
        outcome.refused = try await refuseClosed(refuse)
        let touched = try await touchedPeriods()
        try await hold(touched)
        for period in touched where try await leaf(of: period).ensure() { outcome.isGrown = true }
        try await write(&outcome)
        let sketched = fact.design(schema: attempt.row.schema).sketchedColumns
        var written = period == nil ? [table] : []
        for period in touched { written.append(try await leaf(of: period).table) }
        for table in written {
            try await connection.analyze(
                table,
                of: sketched,
                afterWriting: outcome.inserted
            )
        }
        outcome.standing = try await count(touched)
        return outcome
    }

    // MARK: Rows

    private func write(_ outcome: inout Outcome) async throws {
        let watch = try await RowWatch(over: table, on: connection)
        if fact.loading == .merge {
            let (stored, incoming): (SQL, SQL) = ("pg_temp.stored s", "pg_temp.incoming i")
            outcome.replaced =
                try await connection.query(
                    "delete from \(table) f using \(stored), \(incoming) where \(isReplaced)"
                )
                .affectedRows
            try await watch.refuseRest(
                of: .delete,
                count: "select count(*) from \(table) f, \(stored), \(incoming) where \(isReplaced)"
            )
        }
        let due = try await watch.count(before: .insert, "select count(*) from \(Self.incoming)")
        outcome.inserted = try await connection.query(insertSQL).affectedRows
        try watch.require(outcome.inserted, of: due, .insert)
    }

    private var grain: GrainMembers { GrainMembers(of: fact, in: attempt) }

    /// `pg_temp.stored`: the staged rows whose grain is there, and where.
    private var storedSQL: SQL {
        let columns: SQL =
            period == nil
            ? ""
            : """
            , f.period, coalesce(f.\(id: Fact.loadPeriod), f.period) as written_by, \
            \(sameValues) as is_same
            """
        return """
            select i.\(Self.rowNumber), f.load_id\(columns)\(grain.storedKeys)
            from pg_temp.incoming i \(grain.join(table))
            """
    }

    private var sameValues: SQL {
        guard fact.reachesAhead else { return "false" }
        let names = staged.columns.map(\.name).filter { $0 != "load_id" }
        return "(\(ids: names, of: "i")) is not distinct from (\(ids: names, of: "f"))"
    }

    /// Drops the staged rows that must leave the stored ones alone.
    ///
    /// Where one input has the rows of all periods, it is the newer load that knows better, whatever
    /// its period; and rows of other periods that are as they were are not touched.
    private func dropKnown() async throws -> Int {
        var conditions: [SQL] = ["true"]
        if fact.loading == .merge {
            conditions =
                firstDay.map { day in
                    fact.reachesAhead
                        ? ["load_id > \(attempt.task.load)", "is_same and period <> \(day)"]
                        : ["written_by > \(day)"]
                } ?? []
            if let load = try await refusingLoad() {
                let isOwn: SQL =
                    fact.reachesAhead ? "" : firstDay.map { "written_by = \($0) and " } ?? ""
                conditions.append("\(isOwn)load_id >= \(load)")
            }
        }
        guard !conditions.isEmpty else { return 0 }
        return
            try await connection.query(
                """
                delete from pg_temp.incoming where \(Self.rowNumber) in (
                    select \(Self.rowNumber) from pg_temp.stored
                    where \(conditions.joined(separator: " or ")))
                """
            )
            .affectedRows
    }

    /// The load that has refused the rows of a replay: no other has read their source since, or it would
    /// have superseded them.
    private func refusingLoad() async throws -> Int64? {
        guard attempt.row.isReplay else { return nil }
        let rows = try await connection.query(
            """
            select min(load_id) as load from longshore.reject
            where replay_by = \(attempt.task.load) and \(attempt.row.key.isRow)
            """
        )
        return try rows.first?.optionalInteger("load", as: Int64.self)
    }

    /// Takes out the staged rows that would change a row of a closed period, and counts them.
    private func refuseClosed(_ refuse: ([Reject]) async throws -> Void) async throws -> Int {
        guard fact.loading == .merge, staged.hasOrigin, !closed.isEmpty, let grain = period?.grain
        else { return 0 }
        let count = try await takeClosed(grain)
        var last: Int64 = -1
        while let page = try await closedPage(after: last, grain) {
            try await refuse(page.rejects)
            last = page.number
        }
        return count
    }

    /// Moves them to `pg_temp.closing`, divided into pages at once: to look for each page among all rows
    /// would take time that grows with the square of their number.
    private func takeClosed(_ grain: PeriodGrain) async throws -> Int {
        let starts = closed.compactMap { Period($0, grain: grain)?.start.description }
        let row = Self.rowNumber
        try await connection.query(
            """
            create temp table closing (\(row) bigint, period date, origin bytea, page bigint)
            on commit drop
            """
        )
        let count =
            try await connection.query(
                """
                insert into pg_temp.closing
                select \(row), period, origin, \(RejectPage.number("origin", row)) from (
                    select distinct on (i.\(row)) i.\(row), s.period, i.\(id: StagedFact.origin) as origin
                    from pg_temp.incoming i join pg_temp.stored s using (\(row))
                    where s.period = any(\(starts)::text[]::date[])
                    order by i.\(row), s.period) closing
                """
            )
            .affectedRows
        try await connection.query("create index on pg_temp.closing (page)")
        try await connection.analyze("pg_temp.closing", of: [StagedFact.rowNumber])
        try await connection.query(
            "delete from pg_temp.incoming where \(row) in (select \(row) from pg_temp.closing)"
        )
        return count
    }

    /// The rejects of the next page; `nil` when there is none.
    private func closedPage(
        after last: Int64,
        _ grain: PeriodGrain
    ) async throws -> (number: Int64, rejects: [Reject])? {
        let rows = try await connection.query(
            """
            select page, period::text as period, origin from pg_temp.closing
            where page = (select min(page) from pg_temp.closing where page > \(last))
            order by \(Self.rowNumber)
            """
        )
        guard let number = try rows.first?.integer("page", as: Int64.self) else { return nil }
        return (number, try rows.map { try closedReject($0, grain) })
    }

    private func closedReject(_ row: PostgresRow, _ grain: PeriodGrain) throws -> Reject {
        guard let origin = try RowOrigin(packed: row.bytes("origin")),
            let day = try Day(row.text("period"))
        else { throw LoadingError.unknownOrigin(table: fact.table) }
        let names = fact.grain.inBackticks()
        let label = Period(grain, containing: day).label
        return origin.reject(
            rule: PeriodRefusal.closed.rule,
            reason: PeriodRefusal.closed.reason("the row with its \(names)", in: label),
            period: label
        )
    }

    /// The stored rows of a table `f`, beside those of others, that give way.
    private var isReplaced: SQL {
        let samePeriod: SQL = period == nil ? "" : " and f.period = s.period"
        return "i.\(Self.rowNumber) = s.\(Self.rowNumber)\(samePeriod) and \(grain.isFound)"
    }

    private var insertSQL: SQL {
        let names = staged.columns.map(\.name)
        guard let firstDay else {
            return "insert into \(table) (\(ids: names)) select \(ids: names) from pg_temp.incoming"
        }
        return """
            insert into \(table) (\(ids: names), \(id: Fact.loadPeriod))
            select \(ids: names), \(firstDay) from pg_temp.incoming
            """
    }

    // MARK: Periods

    /// The periods whose rows change, and the task's own, in order.
    private func touchedPeriods() async throws -> [Period] {
        guard let period else { return [] }
        let moved: SQL =
            fact.loading == .merge
            ? """
            union select s.period::text from pg_temp.stored s
            join pg_temp.incoming i using (\(Self.rowNumber))
            """ : ""
        let rows = try await connection.query(
            "select period::text as period from pg_temp.incoming \(moved)"
        )
        let days = try Set(rows.compactMap { try Day($0.text("period")) })
        return Set(days.map { Period(period.grain, containing: $0) }).union([period]).sorted()
    }

    private func leaf(of period: Period) async throws -> PeriodLeaf {
        let design = fact.design(schema: attempt.row.schema)
        return try await PeriodLeaf.find(fact, of: design, period, on: connection)
    }

    /// Locks the periods' rows of the control table, so that none of them is closed before the commit.
    private func hold(_ periods: [Period]) async throws {
        let others = MergedPeriods(periods.filter { $0 != period }, fact, attempt)
        try await others.register()
        let rows = try await connection.query(
            """
            select state from longshore.control
            where \(attempt.key(of: fact.table).isOfTable)
                and period = any(\(periods.map(\.label))::text[])
            order by period for no key update
            """
        )
        // Closed since the attempt began: the next one refuses its rows.
        if try rows.contains(where: { try $0.word("state", as: PeriodState.self) == .closed }) {
            throw TaskIsBusy()
        }
    }

    /// Counts the rows of the periods that were touched, and writes it into the control table for all
    /// but the task's own.
    ///
    /// - Returns: the rows of the task's own period, or of the whole table.
    private func count(_ touched: [Period]) async throws -> Int {
        guard let period else {
            let rows = try await connection.query("select count(*) as n from \(table)")
            return try rows.first?.integer("n") ?? 0
        }
        var standing = 0
        for touched in touched {
            let leaf = try await leaf(of: touched)
            let rows = try await connection.query("select count(*) as n from \(leaf.table)")
            let count = try rows.first?.integer("n", as: Int.self) ?? 0
            if touched == period {
                standing = count
            } else {
                try await MergedPeriods([touched], fact, attempt).record(rows: count)
            }
        }
        return standing
    }
}
