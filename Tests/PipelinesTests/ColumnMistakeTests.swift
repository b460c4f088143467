import Testing

@Suite("Columns")
struct ColumnMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "an unknown type is told with ours",
                replacing: "number: { type: integer",
                with: "number: { type: bigint",
                [
                    "19:23: error: `bigint` is no type; did you mean `integer`? [type.unknown]"
                ]
            ),
            Mistake(
                "a misspelt type is told",
                replacing: "sold_at: { type: timestamp",
                with: "sold_at: { type: timestmp",
                [
                    "31:24: error: `timestmp` is no type; did you mean `timestamp`? [type.unknown]"
                ]
            ),
            Mistake(
                "a type that YAML cut at its comma is told how to write it",
                replacing: #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#,
                with: "amount: { type: decimal(12,2), min: 0 }",
                [
                    "34:23: error: `decimal(12` is no type [type.unknown]"
                ]
            ),
            Mistake(
                "a decimal of too many digits is told",
                replacing: #""decimal(12,2)", min: 0, max: 1000"#,
                with: #""decimal(1001,2)""#,
                [
                    "34:23: error: `decimal(1001,2)` is not possible [value.range]"
                ]
            ),
            Mistake(
                "a decimal with more digits behind the point than in all is told",
                replacing: #""decimal(12,2)", min: 0, max: 1000"#,
                with: #""decimal(2,3)""#,
                [
                    "34:23: error: `decimal(2,3)` is not possible [value.range]"
                ]
            ),
            Mistake(
                "a format on a text is told",
                replacing: "name: { type: text, clean",
                with: "name: { type: text, format: yyyy, clean",
                [
                    "12:27: error: `format` is for a date or timestamp, and this column is none [type.mismatch]"
                ]
            ),
            Mistake(
                "a zone on a date is told",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: date, zone: UTC }",
                [
                    "31:30: error: `zone` is for a timestamp, and this column is none [type.mismatch]"
                ]
            ),
            Mistake(
                "a bad letter in a format is told",
                replacing: "sold_at: { type: timestamp }",
                with: #"sold_at: { type: timestamp, format: "YYYY-MM-dd HH:mm" }"#,
                [
                    "31:43: error: `YYYY-MM-dd HH:mm` is no date format: `YYYY` is not known; use yyyy, MM, MMM, dd, HH, mm, ss, S to SSSSSS, XXX or X, and put other letters in 'quotes' [value.malformed]"
                ]
            ),
            Mistake(
                "a format without a month is told",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: date, format: yyyy-dd }",
                [
                    "31:38: error: `yyyy-dd` is no date format: the month is missing [value.malformed]"
                ]
            ),
            Mistake(
                "a format that says something twice is told",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: date, format: yyyy-MM-dd-dd }",
                [
                    "31:38: error: `yyyy-MM-dd-dd` is no date format: the day is there twice [value.malformed]"
                ]
            ),
            Mistake(
                "a format with an open quote is told",
                replacing: "sold_at: { type: timestamp }",
                with: #"sold_at: { type: date, format: "yyyy-MM-dd'T" }"#,
                [
                    "31:38: error: `yyyy-MM-dd'T` is no date format: a quote is opened and never closed [value.malformed]"
                ]
            ),
            Mistake(
                "an offset in the place of a zone is told",
                replacing: "sold_at: { type: timestamp }",
                with: #"sold_at: { type: timestamp, zone: "-05:00" }"#,
                [
                    "31:41: error: `-05:00` is no time zone [value.malformed]"
                ]
            ),
            Mistake(
                "a default zone that is none is told",
                replacing: "pipeline: shop",
                with: "pipeline: shop\nzone: Bogota",
                [
                    "2:7: error: `Bogota` is no time zone [value.malformed]"
                ]
            ),
            Mistake(
                "a bound that is not of the type is told",
                replacing: "number: { type: integer, required: true",
                with: "number: { type: integer, required: true, min: few",
                [
                    "19:53: error: `min` cannot be `few` [type.mismatch]"
                ]
            ),
            Mistake(
                "a bound with too many digits behind the point is told",
                replacing: "min: 0, max",
                with: "min: 0.001, max",
                [
                    "34:45: error: `min` cannot be `0.001` [type.mismatch]"
                ]
            ),
            Mistake(
                "a bound of a text is told",
                replacing: "name: { type: text, clean",
                with: "name: { type: text, min: a, clean",
                [
                    "12:32: error: `min` cannot be `a` [type.mismatch]"
                ]
            ),
            Mistake(
                "a bound of a date in another format is told",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: date, format: dd/MM/yyyy, min: 2024.01.31 }",
                [
                    "31:55: error: `min` cannot be `2024.01.31` [type.mismatch]"
                ]
            ),
            Mistake(
                "a minimum above the maximum is told",
                replacing: "max: 1000",
                with: "max: -1",
                [
                    "34:45: error: `min` is above `max`: `0` and `-1` [value.range]"
                ]
            ),
            Mistake(
                "dates out of order are told",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: date, format: d/M/yyyy, min: 2/1/2024, max: 31/12/2023 }",
                [
                    "31:53: error: `min` is above `max`: `2/1/2024` and `31/12/2023` [value.range]"
                ]
            ),
            Mistake(
                "a length out of order is told",
                replacing: "clean: [trim, squeeze]",
                with: "length: { min: 3, max: 2 }",
                [
                    "12:42: error: `min` is above `max`: `3` and `2` [value.range]"
                ]
            ),
            Mistake(
                "a length of nothing is told",
                replacing: "clean: [trim, squeeze]",
                with: "length: 0",
                [
                    "12:35: error: a length of `0` is not possible [value.range]"
                ]
            ),
            Mistake(
                "a bad regular expression is told",
                replacing: "clean: [trim, squeeze]",
                with: #"matches: "[0-9""#,
                [
                    "12:36: error: `matches` is no regular expression: expected ']' [value.malformed]"
                ]
            ),
            Mistake(
                "a pattern that looks ahead is told",
                replacing: "clean: [trim, squeeze]",
                with: #"matches: "(?=a)b""#,
                [
                    "12:36: error: `matches` is no regular expression: `(?=` cannot be used: patterns do not look ahead or behind [value.malformed]"
                ]
            ),
            Mistake(
                "a pattern whose repetitions multiply is told",
                replacing: "clean: [trim, squeeze]",
                with: #"matches: "((a{1,1000}){1,1000}){1,1000}""#,
                [
                    "12:36: error: `matches` is no regular expression: it takes more than 10000 steps for each character: counted repetitions within each other multiply [value.malformed]"
                ]
            ),
            Mistake(
                "an unknown step of cleaning is told",
                replacing: "[trim, squeeze]",
                with: "[trim, sqeeze]",
                [
                    "12:41: error: `clean` cannot be `sqeeze`; did you mean `squeeze`? [value.malformed]"
                ]
            ),
            Mistake(
                "more steps of cleaning than a row encoder carries out are told",
                replacing: "[trim, squeeze]",
                with:
                    "[trim, trim, trim, trim, trim, trim, trim, trim, trim, trim, trim, trim, trim, "
                    + "trim, trim, trim, trim]",
                ["12:34: error: 17 steps of cleaning [value.range]"]
            ),
            Mistake(
                "replacing an empty text is told",
                replacing: "[trim, squeeze]",
                with: #"[{ replace: { "": x } }]"#,
                [
                    "12:48: error: an empty text cannot be replaced [value.malformed]"
                ]
            ),
            Mistake(
                "a step with two meanings is told",
                replacing: "[trim, squeeze]",
                with: "[{ default: x, null_if: y }]",
                [
                    "12:49: error: `null_if` stands beside `default` [key.conflict]"
                ]
            ),
            Mistake(
                "an unknown answer to missing members is told",
                replacing: "from: [country, number] }",
                with: "from: [country, number], missing: ignore }",
                [
                    "33:75: error: `missing` cannot be `ignore` [value.malformed]"
                ]
            ),
            Mistake(
                "an unknown kind of change is told",
                replacing: "scd: 2",
                with: "scd: 3",
                [
                    "21:55: error: `scd` cannot be `3` [value.malformed]"
                ]
            ),
            Mistake(
                "a type beside a reference is told",
                replacing: "from: [country, number] }",
                with: "from: [country, number], type: text }",
                [
                    "33:66: error: a reference has no key `type` [key.unknown]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
