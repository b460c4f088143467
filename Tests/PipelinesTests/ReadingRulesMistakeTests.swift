import Pipelines
import Rows
import Testing
import Values

@Suite("Declared rules of reading")
struct ReadingRulesMistakeTests {
    private static let amount = #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "rounding of what is no decimal",
                replacing: "number: { type: integer",
                with: "number: { type: integer, round: half_up",
                ["19:32: error: `round` is for a decimal, and this column is none [type.mismatch]"]
            ),
            Mistake(
                "a rounding that does not exist",
                replacing: amount,
                with: #"amount: { type: "decimal(12,2)", round: half_upp }"#,
                [
                    "34:47: error: `round` cannot be `half_upp`; did you mean `half_up`? "
                        + "[value.malformed]"
                ]
            ),
            Mistake(
                "clock changes of what is no timestamp",
                replacing: amount,
                with: #"amount: { type: "decimal(12,2)", dst: later }"#,
                ["34:40: error: `dst` is for a timestamp, and this column is none [type.mismatch]"]
            ),
            Mistake(
                "a treatment of clock changes that does not exist",
                replacing: "sold_at: { type: timestamp }",
                with: "sold_at: { type: timestamp, dst: { gap: late } }",
                ["31:47: error: `gap` cannot be `late`; did you mean `later`? [value.malformed]"]
            ),
            Mistake(
                "a separator that is a digit",
                replacing: amount,
                with: #"amount: { type: "decimal(12,2)", thousands: "0" }"#,
                ["34:51: error: `thousands` cannot be `0` [value.malformed]"]
            ),
            Mistake(
                "separators that are the same",
                replacing: amount,
                with: #"amount: { type: "decimal(12,2)", point: ",", thousands: "," }"#,
                ["34:63: error: `thousands` is the same as `point` [key.conflict]"]
            ),
            Mistake(
                "a whole number in groups with the usual point",
                replacing: amount,
                with: #"amount: { type: integer, thousands: "." }"#,
                ["34:43: error: `thousands` is the same as `point` [key.conflict]"]
            ),
            Mistake(
                "a point of a text",
                replacing: "sale_id: { type: text, required: true }",
                with: #"sale_id: { type: text, required: true, point: "," }"#,
                ["30:46: error: `point` is for a number, and this column is none [type.mismatch]"]
            ),
            Mistake(
                "an exponent of a text",
                replacing: "sale_id: { type: text, required: true }",
                with: "sale_id: { type: text, required: true, exponent: true }",
                [
                    "30:46: error: `exponent` is for an integer or decimal, and this column is none "
                        + "[type.mismatch]"
                ]
            ),
            Mistake(
                "a notation beside an expression",
                replacing: amount,
                with: #"amount: { type: "decimal(12,2)", expression: "1.5", point: "," }"#,
                ["34:59: error: `point` stands beside `expression` [key.conflict]"]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }

    @Test("what is declared is in the plan, and the usual where nothing is")
    func plans() throws {
        let declared = Shop.bundle(
            replacing: Self.amount,
            with: """
                amount: { type: "decimal(12,2)", round: half_even, point: ",", thousands: "." }
                      gross: { type: "decimal(12,2)", point: ",", thousands: "\\u202f", exponent: true }
                      count: { type: integer, thousands: "\\u00a0", trailing_minus: true }
                      pieces: { type: integer, point: ",", thousands: "." }
                      net: { type: "decimal(12,2)", expression: amount / 3, round: refuse }
                      at: { type: timestamp, zone: Europe/Madrid, dst: later }
                      seen: { type: timestamp, dst: { overlap: reject } }
                """
        )
        let fact = try #require(try Pipeline.parse(bundle: declared).fact("sale"))
        let rules = Dictionary(
            uniqueKeysWithValues: fact.attributes.map { ($0.name, $0.plan.reading) }
        )
        #expect(
            rules["amount"]
                == ReadingRules(
                    rounding: .halfEven,
                    point: UInt8(ascii: ","),
                    thousands: "."
                )
        )
        #expect(
            rules["gross"]
                == ReadingRules(point: UInt8(ascii: ","), thousands: "\u{202f}", hasExponents: true)
        )
        #expect(rules["count"] == ReadingRules(thousands: "\u{a0}", hasTrailingMinus: true))
        #expect(rules["pieces"] == ReadingRules(point: UInt8(ascii: ","), thousands: "."))
        #expect(rules["net"] == ReadingRules(rounding: .refuse))
        #expect(rules["at"] == ReadingRules(gap: .later, overlap: .later))
        #expect(rules["seen"] == ReadingRules(gap: .reject, overlap: .reject))
        #expect(rules["sale_id"] == ReadingRules())
    }
}
