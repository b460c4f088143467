import Pipelines
import Planning
import Postgres
import Rows
import Words

/// Brings staged rows into a fact whose rows stay (`load: merge` and `load: append`).
///
/// A row's grain is looked for in all periods. With `merge`, the row takes the place of the one that
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
    static let incoming = "pg_temp.incoming"
    /// Where the fact has the grain of a staged row, until the transaction ends.
    static let stored = "pg_temp.stored"

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
    }

    private var connection: PostgresConnection { attempt.connection }
    private var table: String { attempt.table(fact.table) }
    /// The task's period, for facts that have periods.
    private var period: Period? { fact.periodColumn == nil ? nil : attempt.period }

    /// Moves the rows.
    ///
    /// - Parameter refuse: takes the staged rows whose grain is in a closed period, some at a time.
    /// - Returns: what became of the rows.
    /// - Throws: what `refuse` throws; `PostgresError`.
    func run(refusing refuse: ([Reject]) async throws -> Void) async throws -> Outcome {
        var outcome = Outcome()
        // Two tasks that look for the same grain at once would both miss it.
        try await TableLock(schema: attempt.row.schema, table: fact.table).take(on: connection)
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
        for period in touched { try await leaf(of: period).ensure() }
        if fact.loading == .merge {
            outcome.replaced = try await connection.query(deleteSQL).affectedRows
        }
        outcome.inserted = try await connection.query(insertSQL).affectedRows
        let sketched = fact.design(schema: attempt.row.schema).sketchedColumns
        let written = period == nil ? [table] : touched.map { leaf(of: $0).table }
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

    private func sameGrain(_ left: String, _ right: String) -> String {
        fact.grainColumns
            .map { "\(left).\(quoteIdentifier($0)) = \(right).\(quoteIdentifier($0))" }
            .joined(separator: " and ")
    }

    /// `pg_temp.stored`: the staged rows whose grain is there, and where.
    private var storedSQL: String {
        let columns =
            period == nil
            ? ""
            : ", f.period, coalesce(f.\(Fact.loadPeriod), f.period) as written_by, \(sameValues) as is_same"
        return """
            select i.\(StagedFact.rowNumber), f.load_id\(columns)
            from pg_temp.incoming i join \(table) f on \(sameGrain("i", "f"))
            """
    }

    private var sameValues: String {
        guard fact.reachesAhead else { return "false" }
        let names = staged.columns.map(\.name).filter { $0 != "load_id" }
        return "(\(quotedList(names, prefix: "i."))) is not distinct from "
            + "(\(quotedList(names, prefix: "f.")))"
    }

    /// Drops the staged rows that must leave the stored ones alone.
    ///
    /// Where one input has the rows of all periods, it is the newer load that knows better, whatever
    /// its period; and rows of other periods that are as they were are not touched.
    private func dropKnown() async throws -> Int {
        var conditions = ["true"]
        if fact.loading == .merge {
            conditions =
                period.map { period in
                    fact.reachesAhead
                        ? [
                            "load_id > \(attempt.task.load)",
                            "is_same and period <> date '\(period.start)'",
                        ] : ["written_by > date '\(period.start)'"]
                } ?? []
            if let load = try await refusingLoad() {
                let isOwn =
                    fact.reachesAhead
                    ? "" : period.map { "written_by = date '\($0.start)' and " } ?? ""
                conditions.append("\(isOwn)load_id >= \(load)")
            }
        }
        guard !conditions.isEmpty else { return 0 }
        return
            try await connection.query(
                """
                delete from pg_temp.incoming where \(StagedFact.rowNumber) in (
                    select \(StagedFact.rowNumber) from pg_temp.stored
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
            where replay_by = $1 and schema_name = $2 and table_name = $3 and period = $4
            """,
            [
                .integer(attempt.task.load), .text(attempt.row.schema), .text(attempt.row.table),
                .text(attempt.row.period),
            ]
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
        let row = StagedFact.rowNumber
        try await connection.query(
            "create temp table closing (\(row) bigint, period date, origin bytea, page bigint) "
                + "on commit drop"
        )
        let count =
            try await connection.query(
                """
                insert into pg_temp.closing
                select \(row), period, origin, \(RejectPage.number("origin", row)) from (
                    select distinct on (i.\(row)) i.\(row), s.period, i.\(StagedFact.origin) as origin
                    from pg_temp.incoming i join pg_temp.stored s using (\(row))
                    where s.period = any($1::text[]::date[])
                    order by i.\(row), s.period) closing
                """,
                [.textArray(starts)]
            )
            .affectedRows
        try await connection.query("create index on pg_temp.closing (page)")
        try await connection.analyze("pg_temp.closing", of: [row])
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
            where page = (select min(page) from pg_temp.closing where page > $1)
            order by \(StagedFact.rowNumber)
            """,
            [.integer(last)]
        )
        guard let number = try rows.first?.integer("page", as: Int64.self) else { return nil }
        return (number, try rows.map { try closedReject($0, grain) })
    }

    private func closedReject(_ row: PostgresRow, _ grain: PeriodGrain) throws -> Reject {
        guard let origin = try RowOrigin(packed: row.bytes("origin")),
            let day = try Day(row.text("period"))
        else { throw WarehouseError.unknownOrigin(table: fact.table) }
        let names = fact.grain.inBackticks()
        let label = Period(grain, containing: day).label
        return origin.reject(
            rule: "closed",
            reason: "the row with its \(names) is in the period \(label), which is closed",
            period: label
        )
    }

    private var deleteSQL: String {
        let samePeriod = period == nil ? "" : " and f.period = s.period"
        return """
            delete from \(table) f using pg_temp.stored s, pg_temp.incoming i
            where i.\(StagedFact.rowNumber) = s.\(StagedFact.rowNumber)\(samePeriod)
                and \(sameGrain("f", "i"))
            """
    }

    private var insertSQL: String {
        let names = quotedList(staged.columns.map(\.name))
        let loadPeriod = period.map { (", " + Fact.loadPeriod, ", date '\($0.start)'") } ?? ("", "")
        return """
            insert into \(table) (\(names)\(loadPeriod.0))
            select \(names)\(loadPeriod.1) from pg_temp.incoming
            """
    }

    // MARK: Periods

    /// The periods whose rows change, and the task's own, in order.
    private func touchedPeriods() async throws -> [Period] {
        guard let period else { return [] }
        let moved =
            fact.loading == .merge
            ? """
            union select s.period::text from pg_temp.stored s
            join pg_temp.incoming i using (\(StagedFact.rowNumber))
            """ : ""
        let rows = try await connection.query(
            "select period::text as period from pg_temp.incoming \(moved)"
        )
        let days = try Set(rows.compactMap { try Day($0.text("period")) })
        return Set(days.map { Period(period.grain, containing: $0) }).union([period]).sorted()
    }

    private func leaf(of period: Period) -> PeriodLeaf {
        let design = fact.design(schema: attempt.row.schema)
        return PeriodLeaf(fact, of: design, period, on: connection)
    }

    /// Locks the periods' rows of the control table, so that none of them is closed before the commit.
    private func hold(_ periods: [Period]) async throws {
        let others = MergedPeriods(periods.filter { $0 != period }, fact, attempt)
        try await others.register()
        let rows = try await connection.query(
            """
            select state from longshore.control
            where schema_name = $1 and table_name = $2 and period = any($3::text[])
            order by period for no key update
            """,
            [
                .text(attempt.row.schema), .text(fact.table), .textArray(periods.map(\.label)),
            ]
        )
        // Closed since the attempt began: the next one refuses its rows.
        if try rows.contains(where: { try $0.text("state") == "closed" }) { throw TaskIsBusy() }
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
            let rows = try await connection.query(
                "select count(*) as n from \(leaf(of: touched).table)"
            )
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
