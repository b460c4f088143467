import Extraction
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Fills a calendar dimension: a row for every day, keyed by the day as `yyyymmdd`.
struct CalendarLoad {
    private let attempt: Attempt
    private let dimension: Dimension
    private let plan: CalendarPlan

    init(_ attempt: Attempt, _ dimension: Dimension, _ plan: CalendarPlan) {
        self.attempt = attempt
        self.dimension = dimension
        self.plan = plan
    }

    private var connection: PostgresConnection { attempt.connection }

    func run() async throws -> AttemptResult {
        let holidays = try await stageHolidays()
        attempt.observer.reached(.opened)
        try await attempt.hold(dimension.designs(schema: attempt.row.schema))
        try await merge()
        try await attempt.connection.analyze(attempt.table(dimension.table))
        attempt.observer.reached(.copied)
        let days = plan.last.number - plan.first.number + 1
        attempt.observer.progressed(rows: days, bytes: 0)
        var result = holidays ?? AttemptResult(counts: RowCounts())
        // The days are made; rows of holidays end in them, and are not rows of their own.
        result.counts.deduplicated += result.counts.loaded
        result.counts.loaded = days
        result.counts.read += days
        return result
    }

    // MARK: Days

    /// The value of each calendar attribute for the day `d`.
    private var expressions: [String: SQL] {
        // A fiscal year is called by the year in which it ends.
        let shift = (13 - plan.fiscalYearStart) % 12
        let fiscal: SQL = "(d + \(shift) * interval '1 month')"
        let firstOfMonth: SQL = "(date_trunc('month', d) + \(shift) * interval '1 month')"
        return [
            "date": "d::date",
            "year": "extract(year from d)::bigint",
            "quarter": "extract(quarter from d)::bigint",
            "month": "extract(month from d)::bigint",
            "month_name": "(array['January','February','March','April','May','June','July',"
                + "'August','September','October','November','December'])[extract(month from d)::int]",
            "iso_year": "extract(isoyear from d)::bigint",
            "iso_week": "extract(week from d)::bigint",
            "day": "extract(day from d)::bigint",
            "weekday": "extract(isodow from d)::bigint",
            "weekday_name": "(array['Monday','Tuesday','Wednesday','Thursday','Friday','Saturday',"
                + "'Sunday'])[extract(isodow from d)::int]",
            "is_weekend": "extract(isodow from d) > 5",
            "fiscal_year": "extract(year from \(firstOfMonth))::bigint",
            "fiscal_quarter": "extract(quarter from \(firstOfMonth))::bigint",
            "fiscal_month": "extract(month from \(fiscal))::bigint",
            "is_holiday": "h.name is not null",
            "holiday_name": "h.name",
        ]
    }

    /// The surrogate key of the day that `expression` gives.
    static func surrogate(of expression: SQL) -> SQL {
        "to_char(\(expression), 'YYYYMMDD')::bigint"
    }

    private func merge() async throws {
        let expressions = expressions
        let names = dimension.attributes.map(\.name)
        let values = names.map { expressions[$0] ?? "null" }
        let updates = names.map { "\(id: $0) = excluded.\(id: $0)" as SQL }
        let columns = [dimension.surrogateKey] + names + ["load_id"]
        let table = attempt.table(dimension.table)
        let days: SQL = """
            generate_series(\(plan.first.description)::date::timestamp,
                \(plan.last.description)::date::timestamp, interval '1 day') d
            """
        let watch = try await RowWatch(over: table, on: connection)
        try await connection.query(
            """
            insert into \(table) as known (\(ids: columns))
            select \(Self.surrogate(of: "d")), \(values.joined(separator: ", ")), \(attempt.task.load)
            from \(days)
            \(holidayJoin)
            on conflict (\(id: dimension.surrogateKey)) do update
                set \(updates.joined(separator: ", ")), is_inferred = false, load_id = \(attempt.task.load)
            where known.is_inferred
                or (\(ids: names, of: "known")) is distinct from
                    (\(ids: names, of: "excluded"))
            """
        )
        try await watch.refuseRest(
            of: .insert,
            .update,
            count: """
                select count(*) from \(days) \(holidayJoin) where not exists (select from \(table) k
                    where k.\(id: dimension.surrogateKey) = \(Self.surrogate(of: "d"))
                        and (k.load_id = \(attempt.task.load) or not k.is_inferred
                            and (\(ids: names, of: "k")) is not distinct from (\(values.joined(separator: ", ")))))
                """
        )
    }

    // MARK: Holidays

    private static let staged: SQL = "pg_temp.holidays"

    /// A day may have several holidays, and a row without a region is one everywhere.
    private var holidayJoin: SQL {
        guard let holidays = plan.holidays else { return "" }
        let condition: SQL =
            holidays.region.map { "where region = \($0) or region is null" } ?? ""
        return """
            left join (select date, string_agg(distinct name, ', ' order by name) as name
                from \(Self.staged) \(condition) group by date) h on h.date = d::date
            """
    }

    /// Reads the holidays into a table of their own.
    ///
    /// - Returns: what came of their rows; `nil` when the calendar has none.
    private func stageHolidays() async throws -> AttemptResult? {
        guard let holidays = plan.holidays else { return nil }
        let all = TableLayout(holidays, below: ["region"])
        let reader = try await attempt.open(holidays.extract, by: all.rows)
        let hasRegions = reader.header.contains("region")
        guard hasRegions || holidays.region == nil else {
            throw LoadingError.noRegions(dimension.table)
        }
        try await connection.query(
            "create temp table holidays (date date, name text, region text) on commit drop"
        )
        let rows = TableLayout(holidays, below: reader.header).rows
        let fill = try await RowFill(
            attempt,
            reader: reader,
            layout: rows,
            columns: rows.plans.map(\.name),
            into: Self.staged,
            references: .none
        )
        let counts = try await fill.run()
        guard counts.loaded > 0 else {
            throw LoadingError.noRows(attempt.row.table, counts, refusals: fill.refusals)
        }
        return fill.result(counts)
    }
}
