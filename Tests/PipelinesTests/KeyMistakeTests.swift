import Testing

@Suite("Keys and kinds")
struct KeyMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "an unknown key is told with the nearest one",
                replacing: "    key: code",
                with: "    kee: code\n    key: code",
                [
                    "9:5: error: a dimension has no key `kee`; did you mean `key`? [key.unknown]"
                ]
            ),
            Mistake(
                "a key that belongs elsewhere is told why",
                replacing: #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#,
                with: "amount: { type: integer, scd: 2 }",
                [
                    "34:32: error: a column has no key `scd` [key.unknown]"
                ]
            ),
            Mistake(
                "a missing key is told at the name of what lacks it",
                replacing: "    grain: [sale_id]\n",
                with: "",
                [
                    "25:3: error: a fact needs the key `grain` [key.missing]"
                ]
            ),
            Mistake(
                "a missing alternative is told",
                replacing: "{ files: data }",
                with: "{ description: nothing }",
                [
                    "4:3: error: a source needs one of the keys `files`, `postgres`, `mysql`, `mongo`, `s3`, `http` [key.missing]"
                ]
            ),
            Mistake(
                "two alternatives at once are told at the second",
                replacing: "{ files: data }",
                with: #"{ files: data, postgres: "${X}" }"#,
                [
                    "4:25: error: `postgres` stands beside `files` [key.conflict]"
                ]
            ),
            Mistake(
                "a doubled key is told at its second place",
                replacing: "    key: code\n",
                with: "    key: code\n    key: name\n",
                [
                    "10:5: error: the key `key` stands more than once in this mapping [key.doubled]"
                ]
            ),
            Mistake(
                "a key without a value is told",
                replacing: "    key: code\n",
                with: "    key:\n",
                [
                    "9:5: error: `key` has no value [value.missing]"
                ]
            ),
            Mistake(
                "a null that may be a text is told how to write it",
                replacing: "[trim, squeeze]",
                with: "[{ null_if: [NULL] }]",
                [
                    "12:47: error: `null_if` has no value [value.missing]"
                ]
            ),
            Mistake(
                "a mapping in the place of a list is told",
                replacing: "[trim, squeeze]",
                with: "{ trim: true }",
                [
                    "12:34: error: `clean` is a mapping [value.kind]"
                ]
            ),
            Mistake(
                "a text in the place of a mapping is told",
                replacing: "{ files: data }",
                with: "data",
                [
                    "4:10: error: `drops` is a text [value.kind]"
                ]
            ),
            Mistake(
                "a list in the place of a text is told",
                replacing: "customers.csv",
                with: "[customers.csv]",
                [
                    "14:33: error: `csv` is a list [value.kind]"
                ]
            ),
            Mistake(
                "an empty list is told",
                replacing: "[sale_id]",
                with: "[]",
                [
                    "28:12: error: the list of `grain` is empty [value.missing]"
                ]
            ),
            Mistake(
                "a word that is none of the allowed ones is told",
                replacing: "grain: month",
                with: "grain: mont",
                [
                    "2:18: error: `grain` cannot be `mont`; did you mean `month`? [value.malformed]"
                ]
            ),
            Mistake(
                "a text in the place of a boolean is told",
                replacing: "code: { type: text, required: true }",
                with: #"code: { type: text, required: "true" }"#,
                [
                    "11:37: error: `required` cannot be the text `true` [value.malformed]"
                ]
            ),
            Mistake(
                "a text in the place of a whole number is told",
                replacing: "rows: { min: 1 }",
                with: "rows: { min: one }",
                [
                    "35:28: error: `min` cannot be `one` [value.malformed]"
                ]
            ),
            Mistake(
                "a share above the whole is told",
                replacing: "max: 1%",
                with: "max: 101%",
                [
                    "35:49: error: `max` cannot be `101%` [value.malformed]"
                ]
            ),
            Mistake(
                "a column that is no mapping is told",
                replacing: "name: { type: text, clean: [trim, squeeze] }",
                with: "name: text",
                [
                    "12:13: error: `name` is a text [value.kind]"
                ]
            ),
            Mistake(
                "a fact without columns is told",
                whole:
                    "pipeline: shop\nsources: { drops: { files: data } }\nfacts:\n  sale:\n    from: { source: drops, csv: a.csv }\n    grain: [a]\n    columns: {}\n",
                [
                    "6:13: error: the fact has no column `a` [name.unknown]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
