import Pipelines
import Planning
import Postgres

/// Fills a calendar dimension: a row for every day, keyed by the day as `yyyymmdd`.
struct CalendarLoad {
    private let attempt: Attempt
    private let dimension: Dimension
    private let first: Day
    private let last: Day

    init(_ attempt: Attempt, _ dimension: Dimension, from first: Day, through last: Day) {
        self.attempt = attempt
        self.dimension = dimension
        self.first = first
        self.last = last
    }

    /// The value of each calendar attribute for the day `d`.
    private static let expressions: [String: String] = [
        "date": "d::date",
        "year": "extract(year from d)::bigint",
        "quarter": "extract(quarter from d)::bigint",
        "month": "extract(month from d)::bigint",
        "month_name": "(array['January','February','March','April','May','June','July','August',"
            + "'September','October','November','December'])[extract(month from d)::int]",
        "iso_year": "extract(isoyear from d)::bigint",
        "iso_week": "extract(week from d)::bigint",
        "day": "extract(day from d)::bigint",
        "weekday": "extract(isodow from d)::bigint",
        "weekday_name": "(array['Monday','Tuesday','Wednesday','Thursday','Friday','Saturday',"
            + "'Sunday'])[extract(isodow from d)::int]",
        "is_weekend": "extract(isodow from d) > 5",
    ]

    /// The surrogate key of the day that `expression` gives.
    static func surrogate(of expression: String) -> String {
        "to_char(\(expression), 'YYYYMMDD')::bigint"
    }

    func run() async throws -> AttemptResult {
        let names = dimension.attributes.map(\.name)
        let values = names.map { Self.expressions[$0] ?? "null" }
        let updates = names.map { "\(quoteIdentifier($0)) = excluded.\(quoteIdentifier($0))" }
        let columns = [dimension.surrogateKey] + names + ["load_id"]
        attempt.observer.reached(.opened)
        let result = try await attempt.connection.query(
            """
            insert into \(attempt.table(dimension.table)) (\(quotedList(columns)))
            select \(Self.surrogate(of: "d")), \(values.joined(separator: ", ")), $3
            from generate_series($1::date::timestamp, $2::date::timestamp, interval '1 day') d
            on conflict (\(quoteIdentifier(dimension.surrogateKey))) do update
                set \(updates.joined(separator: ", ")), is_inferred = false
            """,
            [.text(first.description), .text(last.description), .integer(attempt.task.load)]
        )
        attempt.observer.reached(.copied)
        let days = result.affectedRows
        attempt.progress(days, 0)
        return AttemptResult(counts: RowCounts(read: days, loaded: days))
    }
}
