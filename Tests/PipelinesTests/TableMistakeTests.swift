import Testing

@Suite("Tables and periods")
struct TableMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a reference with fewer columns than the key is told",
                replacing: "from: [country, number]",
                with: "from: country",
                [
                    "33:47: error: the reference has 1 column, the key of `customer` has 2 [reference.length]"
                ]
            ),
            Mistake(
                "dimensions that reference each other in a circle are told",
                replacing: "      name: { type: text, clean: [trim, squeeze] }",
                with: "      owner: { references: customer, from: [a, b] }",
                [
                    "21:27: error: these dimensions need each other in a circle: `city` → `customer` → `city` [table.cycle]"
                ]
            ),
            Mistake(
                "a dimension that references itself is told",
                replacing: "      name: { type: text, clean: [trim, squeeze] }",
                with: "      parent: { references: city, from: parent_code }",
                [
                    "12:29: error: these dimensions need each other in a circle: `city` → `city` [table.cycle]"
                ]
            ),
            Mistake(
                "an effective column that is no point in time is told",
                replacing: "effective: updated_at",
                with: "effective: number",
                [
                    "16:16: error: `effective` cannot be `number` [type.mismatch]"
                ]
            ),
            Mistake(
                "a period column that is no point in time is told",
                replacing: "period: sold_at",
                with: "period: amount",
                [
                    "27:13: error: `period` cannot be `amount` [type.mismatch]"
                ]
            ),
            Mistake(
                "a key column that is not required is told",
                replacing: "code: { type: text, required: true }",
                with: "code: { type: text }",
                [
                    "11:7: error: the key column `code` is not `required` [column.key]"
                ]
            ),
            Mistake(
                "a key column that is a reference is told",
                replacing: "[country, number]\n    eff",
                with: "[city, number]\n    eff",
                [
                    "15:11: error: the key column `city` is a reference [column.key]"
                ]
            ),
            Mistake(
                "versions of a key column are told",
                replacing: "code: { type: text, required: true }",
                with: "code: { type: text, required: true, scd: 2 }",
                [
                    "11:43: error: the key column `code` cannot have `scd` [column.key]"
                ]
            ),
            Mistake(
                "a fact by period in a pipeline without periods is told",
                replacing: "period: { grain: month, start: 2024-01 }\n",
                with: "",
                [
                    "26:13: error: the fact is loaded by period, but the pipeline has no `period` [period.missing]",
                    "36:39: error: the mart is computed per period, but the pipeline has no `period` [period.missing]",
                ]
            ),
            Mistake(
                "a start that is no period of the grain is told",
                replacing: "start: 2024-01 ",
                with: "start: 2024-Q1 ",
                [
                    "2:32: error: `start` cannot be `2024-Q1` [value.malformed]"
                ]
            ),
            Mistake(
                "more periods than a pipeline may have are counted and told",
                replacing: "grain: month, start: 2024-01 ",
                with: "grain: day, start: 0001-01-01, end: 9999-12-31 ",
                [
                    "2:47: error: the pipeline has 3,652,059 days [value.range]"
                ]
            ),
            Mistake(
                "an end before the start is told",
                replacing: "start: 2024-01 ",
                with: "start: 2024-01, end: 2023-12 ",
                [
                    "2:46: error: the last period `2023-12` lies before the first [value.range]"
                ]
            ),
            Mistake(
                "a calendar that ends before it begins is told",
                replacing: "to: 2030-12-31",
                with: "to: 2019-12-31",
                [
                    "23:39: error: the calendar ends on `2019-12-31`, before it begins [value.range]"
                ]
            ),
            Mistake(
                "a day that does not exist is told",
                replacing: "to: 2030-12-31",
                with: "to: 2030-02-30",
                [
                    "23:39: error: `2030-02-30` is no day [value.malformed]"
                ]
            ),
            Mistake(
                "rows out of order are told",
                replacing: "rows: { min: 1 }",
                with: "rows: { min: 2, max: 1 }",
                [
                    "35:28: error: `min` is above `max`: `2` and `1` [value.range]"
                ]
            ),
            Mistake(
                "a negative number of rows is told",
                replacing: "rows: { min: 1 }",
                with: "rows: { min: -1 }",
                [
                    "35:28: error: `min` cannot be `-1` [value.range]"
                ]
            ),
            Mistake(
                "columns beside a calendar are told",
                replacing: "    calendar: { from: 2020-01-01, to: 2030-12-31 }",
                with:
                    "    calendar: { from: 2020-01-01, to: 2030-12-31 }\n    columns: { a: { type: text } }",
                [
                    "24:5: error: a dimension with a calendar has no key `columns` [key.unknown]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
