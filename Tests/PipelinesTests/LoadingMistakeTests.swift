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
                "rows of a fact without periods are never late",
                replacing: "    period: sold_at\n" + grain,
                with: grain + "    late: stale\n    reload: swap\n",
                [
                    "26:33: error: `csv` has `{period}`, but the table is not loaded by period [period.missing]",
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
}
