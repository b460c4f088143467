import Testing

@Suite("Mistakes in expectations")
struct ExpectationMistakeTests {
    private static func mistake(_ claim: String, _ expect: String, _ expected: String) -> Mistake {
        let place = "expect: { rows: { min: 1 }, rejects: { max: 1% } }"
        return Mistake(claim, replacing: place, with: "expect: { \(expect) }", [expected])
    }

    static let mistakes = [
        mistake(
            "a total of what cannot be added up exactly",
            "totals: { a: { column: sold_at, from: { source: drops, csv: t.csv } } }",
            "35:38: error: `column` cannot be `sold_at` [type.mismatch]"
        ),
        mistake(
            "a total of a reference",
            "totals: { a: { column: customer, from: { source: drops, csv: t.csv } } }",
            "35:38: error: `column` cannot be `customer` [type.mismatch]"
        ),
        mistake(
            "a total of a column that is not there",
            "totals: { a: { column: amonut, from: { source: drops, csv: t.csv } } }",
            "35:38: error: the table has no column `amonut`; did you mean `amount`? [name.unknown]"
        ),
        mistake(
            "a total within less than nothing",
            "totals: { a: { from: { source: drops, csv: t.csv }, within: -1 } }",
            "35:75: error: `within` cannot be `-1` [value.malformed]"
        ),
        mistake(
            "a total from a source of another kind",
            "totals: { a: { from: { source: crm, csv: t.csv } } }",
            "35:51: error: `crm` is a Postgres database and has no `csv` [source.kind]"
        ),
        mistake(
            "freshness of a number",
            "freshness: { column: amount, within: 1 day }",
            "35:36: error: `column` cannot be `amount` [type.mismatch]"
        ),
        Mistake(
            "a type that is wrong, and nothing more of its column",
            replacing: """
                decimal(12,2)", min: 0, max: 1000 }
                    expect: { rows: { min: 1 }, rejects
                """,
            with: """
                decimla(12,2)" }
                    expect: { totals: { a: { column: amount, from: { source: drops, csv: t.csv } } }, \
                rejects
                """,
            [
                "34:23: error: `decimla(12,2)` is no type; did you mean `decimal(12,2)`? [type.unknown]"
            ]
        ),
        mistake(
            "freshness within a length without a unit",
            "freshness: { column: sold_at, within: 2 }",
            "35:53: error: `within` cannot be `2` [value.malformed]"
        ),
    ]

    @Test("are told", arguments: mistakes)
    func told(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
