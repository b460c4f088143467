import Expressions
import Foundation
import Pipelines
import Rows
import TestSupport
import Testing

@Suite("Expressions in definitions")
struct ExpressionTests {
    @Test("derived columns and checks are read with the columns of their table")
    func read() throws {
        let columns = #"""
            amount: { type: "decimal(12,2)", min: 0, max: 1000 }
                  code: { type: text, expression: "sale_id || '-x'", length: { max: 9 }, description: A code. }
            """#
        let bundle = Shop.bundle(
            replacing: #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#,
            with: columns + """

                    checks:
                      positive: amount > 0
                      coded: "code is not null or sold_at < timestamp '2024-01-01 00:00:00Z'"
                """
        )
        let pipeline = try Pipeline.parse(bundle: bundle)
        let fact = try #require(pipeline.fact("sale"))
        let code = try #require(fact.attributes.first { $0.name == "code" })
        #expect(code.plan.expression?.text == "sale_id || '-x'")
        #expect(code.plan.rules == [.length(minimum: nil, maximum: 9)])
        #expect(code.description == "A code.")
        #expect(fact.attributes[0].plan.expression == nil)
        #expect(fact.demands.checks.map(\.name) == ["positive", "coded"])
        #expect(fact.demands.checks[0].expression.text == "amount > 0")
    }

    @Test("a dimension has them too, even as its key")
    func dimension() throws {
        let bundle = Shop.bundle(
            replacing: "name: { type: text, clean: [trim, squeeze] }",
            with: """
                name: { type: text, clean: [trim, squeeze] }
                      label: { type: text, expression: "code || ' ' || name", scd: 2 }
                    checks: { named: name <> code }
                """
        )
        let city = try #require(try Pipeline.parse(bundle: bundle).dimension("city"))
        #expect(city.attributes.map(\.name) == ["code", "name", "label"])
        #expect(city.attributes[2].change == .newVersion)
        #expect(city.demands.checks.map(\.expression.text) == ["name <> code"])
    }

    private static let amount = #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#

    private static func derived(_ claim: String, _ column: String, _ expected: [String]) -> Mistake
    {
        Mistake(claim, replacing: amount, with: column, expected)
    }

    private static func check(_ claim: String, _ check: String, _ expected: [String]) -> Mistake {
        Mistake(
            claim,
            replacing: amount,
            with: amount + "\n    checks:\n      \(check)",
            expected
        )
    }

    static let mistakes = [
        derived(
            "a misspelt column is told where it stands within the text",
            #"total: { type: text, expression: "sale_id || sold_att" }"#,
            ["34:52: error: there is no column `sold_att`; did you mean `sold_at`? [name.unknown]"]
        ),
        derived(
            "a wrong type is told",
            "total: { type: integer, expression: sale_id }",
            [
                "34:43: error: the expression gives a text, and the column is an integer [type.mismatch]"
            ]
        ),
        derived(
            "what is no expression is told",
            "total: { type: integer, expression: '1 + ' }",
            [
                "34:48: error: the end of the expression stands where a value is needed [value.malformed]"
            ]
        ),
        derived(
            "a doubled quote moves what is behind it",
            "total: { type: text, expression: 'sale_id || ''-'' || day' }",
            [
                "34:61: error: `day` cannot be used here: it is a reference, and expressions use values [name.unknown]"
            ]
        ),
        derived(
            "a column below, or itself, is told",
            "a: { type: integer, expression: b }\n      b: { type: integer, expression: b + 1 }",
            [
                "34:39: error: `b` cannot be used here: a derived column uses the columns that stand above it [name.unknown]",
                "35:39: error: `b` cannot be used here: a column cannot be computed from itself [name.unknown]",
            ]
        ),
        derived(
            "keys of a column that is read are told",
            "a: { type: integer, expression: 1 + 1, from: x, clean: [trim], one_of: [2] }",
            [
                "34:46: error: `from` stands beside `expression` [key.conflict]",
                "34:55: error: `clean` stands beside `expression` [key.conflict]",
                "34:70: error: `one_of` needs a derived column of type `text` [type.mismatch]",
            ]
        ),
        derived(
            "a column whose own type is wrong is told once",
            "a: { type: bigint }\n      b: { type: integer, expression: a + 1 }",
            ["34:18: error: `bigint` is no type; did you mean `integer`? [type.unknown]"]
        ),
        check(
            "a check of two types is told as a whole",
            "late: sold_at > amount",
            ["36:13: error: a timestamp cannot be compared with a decimal [type.mismatch]"]
        ),
        check(
            "a check that is no condition is told",
            "late: amount + 1",
            ["36:13: error: a check needs a condition, and this is a decimal [type.mismatch]"]
        ),
        check(
            "a check of a reference is told",
            "late: customer is null",
            [
                "36:13: error: `customer` cannot be used here: it is a reference, and expressions use values [name.unknown]"
            ]
        ),
        check(
            "a text with escapes is told where it begins",
            #"late: "amount > \u0031 +""#,
            [
                "36:13: error: the end of the expression stands where a value is needed [value.malformed]"
            ]
        ),
        check(
            "a name that is a rule's is told",
            "min: amount > 0",
            ["36:7: error: the check `min` cannot be: there is a rule of that name [name.reserved]"]
        ),
    ]

    @Test("each mistake is told at its line and column", arguments: mistakes)
    func told(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }

    @Test("a place lies within the text, whatever the text", arguments: [1, 2, 3] as [UInt64])
    func places(seed: UInt64) throws {
        let pieces = [
            "amount", "sale_id", "day", " > ", " = ", " and ", "'it''s'", "'", "\"", "(", ")", ",",
            "1", "2.5", " || ", "é", "\u{1F680}", " is ", "null", "\\", "day ", "coalesce(", "#",
        ]
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let text = (0..<Int.random(in: 1...8, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let isSingle = Bool.random(using: &random)
            let written =
                isSingle
                ? "'" + text.replacing("'", with: "''") + "'"
                : "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            let bundle = Shop.bundle(
                replacing: Self.amount,
                with: Self.amount + "\n    checks:\n      late: \(written)"
            )
            for diagnostic in diagnose(bundle) {
                #expect(diagnostic.position.line == 36, "\(text): \(diagnostic)")
                // Within the quotes, unless the whole is meant.
                let column = diagnostic.position.column
                let end = 13 + written.unicodeScalars.count
                #expect(column >= 13 && column + diagnostic.length <= end + 1, "\(text)")
            }
        }
    }

    @Test("in a block of several lines are told where the block begins")
    func block() {
        let mistake = Self.check(
            "",
            "late: >\n        amount > 0 and\n        amuont < 5",
            ["36:13: error: there is no column `amuont`; did you mean `amount`? [name.unknown]"]
        )
        #expect(mistake.problems == mistake.expected)
    }
}
