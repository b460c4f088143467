import Pipelines
import Testing

@Suite("How a fact is loaded")
struct LoadingMistakeTests {
    private static let grain = "    grain: [sale_id]\n"

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a load that does not exist is told",
                replacing: grain,
                with: grain + "    load: marge\n",
                [
                    "29:11: error: `load` cannot be `marge`; did you mean `merge`? [value.malformed]"
                ]
            ),
            Mistake(
                "late rows cannot be merged into periods that are replaced",
                replacing: grain,
                with: grain + "    late: merge\n",
                [
                    "29:11: error: `late: merge` cannot stand with `load: replace`: a reload of the earlier period would remove what came late [key.conflict]"
                ]
            ),
            Mistake(
                "a fact that is merged is not reloaded by swapping",
                replacing: grain,
                with: grain + "    load: merge\n    reload: swap\n",
                [
                    "30:13: error: `reload` is about periods that are replaced, and this fact is not [key.conflict]"
                ]
            ),
            Mistake(
                "rows that are merged are found again by a grain that is never null",
                replacing: "[sale_id]",
                with: "[sale_id, amount]\n    load: append",
                [
                    "35:7: error: the grain's column `amount` is not `required` [column.key]"
                ]
            ),
            Mistake(
                "rows that are merged are found again by members that are known",
                replacing:
                    "[sale_id]\n    columns:\n      sale_id: { type: text, required: true }\n      sold_at: { type: timestamp }\n      day: { references: date, from: sold_at }",
                with:
                    "[sale_id, day]\n    load: merge\n    columns:\n      sale_id: { type: text, required: true }\n      sold_at: { type: timestamp }\n      day: { references: date, from: sold_at, missing: unknown }",
                [
                    "33:7: error: the grain's reference `day` has `missing: unknown`: a row of the unknown member would not be found again when its member has come, and be there twice [column.key]"
                ]
            ),
            Mistake(
                "one file for all periods is told: each of them would reject the rows of the others",
                replacing: "csv: \"sales_{period}.csv\"",
                with: "csv: in/sales.csv.gz",
                [
                    "26:33: error: the fact is loaded by period, but `csv: in/sales.csv.gz` names the same file for each: every period would read it whole and reject the rows of the others [period.missing]"
                ]
            ),
            Mistake(
                "merging does not help where rows of other periods are refused",
                replacing: "csv: \"sales_{period}.csv\" }",
                with: "csv: \"sales_*.csv\" }\n    load: merge",
                [
                    "26:33: error: the fact is loaded by period, but `csv: sales_*.csv` names the same file for each: every period would read it whole and reject the rows of the others [period.missing]"
                ]
            ),
            Mistake(
                "so is a query without the period's bounds",
                replacing: "source: drops, csv: \"sales_{period}.csv\"",
                with: "source: crm, query: select 1 as sale_id",
                [
                    "26:33: error: the fact is loaded by period, but its query has neither `:period_start` nor `:period_end`: every period would read all rows and reject those of the others [period.missing]"
                ]
            ),
            Mistake(
                "rows of a fact without periods are never late",
                replacing: "    period: sold_at\n" + grain,
                with: grain + "    late: stale\n    reload: swap\n",
                [
                    "26:33: error: `csv` has the label of a period, but the table is not loaded by period [period.missing]",
                    "28:5: error: `late` is about periods, but the fact is loaded whole [period.missing]",
                    "29:5: error: `reload` is about periods, but the fact is loaded whole [period.missing]",
                ]
            ),
            Mistake(
                "a column of the name that Longshore uses is told",
                replacing: "amount: {",
                with: "load_period: {",
                [
                    "34:7: error: the column `load_period` cannot be: it holds the period whose load task wrote a row [name.reserved]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }

    @Test(
        "what to do about one file for all periods is said: name files by period, merge, or load whole"
    )
    func oneFile() throws {
        let bundle = Shop.bundle(replacing: "sales_{period}.csv", with: "in/sales.csv.gz")
        let told = try #require(diagnose(bundle).first { $0.code == .periodMissing })
        #expect(
            told.expected == "`{period}` in the file's name (`in/sales_{period}.csv.gz`), for one "
                + "file a period; `load: merge` (or `append`) with `late: merge`, which takes in the "
                + "rows of all periods; or no `period`, to load the fact whole"
        )
    }

    @Test("one file for all periods is welcome where rows of all are merged")
    func mergedFile() {
        let bundle = Shop.bundle(
            replacing:
                "csv: \"sales_{period}.csv\" }\n    period: sold_at\n    grain: [sale_id]\n    columns:\n      sale_id: { type: text",
            with:
                "csv: sales.csv }\n    period: sold_at\n    grain: [sale_id]\n    load: merge\n    late: merge\n    columns:\n      sale_id: { type: text"
        )
        #expect(diagnose(bundle).map(\.message) == [])
    }
}
