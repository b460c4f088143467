import Expressions
import Testing

@Suite("Mistakes in expressions")
struct ExpressionMistakeTests {
    @Test(
        "are told with their place and what was meant",
        arguments: [
            ("i > ", "5+0: the end of the expression stands where a value is needed"),
            ("", "1+0: the end of the expression stands where a value is needed"),
            ("i == 7", "3+2: `==` is no operator; did you mean `=`?"),
            ("b && b", "3+2: `&&` is no operator; did you mean `and`?"),
            ("!b", "1+1: `!` is no operator; did you mean `not`?"),
            ("i > 1; drop", "6+1: `;` is not part of the language of expressions"),
            ("(i > 1", "7+0: the end of the expression stands where `)` is needed"),
            ("i > 1)", "6+1: `)` is unexpected here"),
            ("t = 'a", "5+2: a quote is opened and never closed"),
            ("i like 1", "3+4: `like` is no operator"),
            ("t between 1 and 2", "3+7: `between` is no operator"),
            ("b adn b", "3+3: `adn` is no operator; did you mean `and`?"),
            ("1 < i < 3", "7+1: comparisons cannot be chained"),
            ("i is 7", "6+1: `7` stands behind `is`"),
            ("i not null", "7+4: `null` stands behind `not`"),
            ("i in 1, 2", "6+1: `1` stands where `(` is needed"),
            ("i in ()", "7+1: `)` stands where a value is needed"),
            ("lower(t) = 'a'", "1+5: there is no function `lower`"),
            ("coalesc(i, 1) > 0", "1+7: there is no function `coalesc`; did you mean `coalesce`?"),
            ("i > 1x", "5+2: `1x` is no number"),
            ("i > 1.2.3", "5+4: `1.2.` is no number"),
            ("i > 12345678901234567890", "5+20: `12345678901234567890` has too many digits"),
            ("f > 1e999", "5+5: `1e999` is beyond what a float can hold"),
            ("day = date '2023-02-29'", "12+12: `'2023-02-29'` is no date"),
            (
                "at = timestamp '2024-01-01 10:00:00'",
                "16+21: `'2024-01-01 10:00:00'` is no timestamp"
            ),
            ("dya > other", "1+3: there is no column `dya`; did you mean `day`?"),
            ("é > 1", "1+1: there is no column `é`"),
            ("day > at", "1+8: a date cannot be compared with a timestamp"),
            ("t > 1", "1+5: a text cannot be compared with an integer"),
            ("b > false", "1+9: booleans have no order"),
            ("doc = doc", "1+9: a json cannot be compared with a json"),
            ("i = null", "5+4: a comparison with `null` is never true"),
            ("i in (1, 'a')", "1+12: an integer cannot be compared with a text"),
            ("i and b", "1+1: `and` needs a condition, and this is an integer"),
            ("not t", "5+1: `not` needs a condition, and this is a text"),
            ("i + 1", "1+5: a check needs a condition, and this is an integer"),
            ("t + 'a' = 'b'", "1+7: `+` cannot take a text and a text; did you mean `||`?"),
            ("at + 1 > at", "1+6: `+` cannot take a timestamp and an integer"),
            ("-t = 'a'", "2+1: `-` needs a number, and this is a text"),
            ("t || i = 'a'", "6+1: `||` joins texts, and this is an integer"),
            ("b || b", "1+1: `||` joins texts, and this is a boolean; did you mean `or`?"),
            (
                "coalesce(t, 1) = 'a'",
                "13+1: `coalesce` cannot choose between a text and an integer"
            ),
            ("i = and", "5+3: `and` stands where a value is needed"),
        ]
    )
    func told(expression: String, expected: String) {
        #expect(problem(expression) == expected)
    }

    @Test("in what a derived column is are told")
    func purposes() {
        #expect(
            problem("d", .value(.integer))
                .hasSuffix("gives a decimal, and the column is an integer")
        )
        #expect(
            problem("f", .value(.decimal)).contains("gives a float")
        )
        #expect(problem("t", .value(.uuid)).contains("gives a text"))
        #expect(
            problem("day", .value(.timestamp))
                .contains("gives a date")
        )
        #expect(problem("i", .value(.float)) == "nothing")
    }

    @Test("of size are told, not followed")
    func limits() {
        let deep = String(repeating: "(", count: 60) + "b" + String(repeating: ")", count: 60)
        #expect(problem(deep).contains("nested more than 50 levels"))
        #expect(problem(String(repeating: "not ", count: 60) + "b").contains("nested"))
        #expect(problem(String(repeating: "-", count: 60) + "i > 1").contains("nested"))
        let long = "i = " + Array(repeating: "i", count: 300).joined(separator: "+")
        #expect(problem(long).contains("more than 200 levels"))
        #expect(
            problem(String(repeating: "b or ", count: 1000) + "b")
                .contains("5,001 characters")
        )
        let wide = "i in (" + (0..<800).map(String.init).joined(separator: ",") + ")"
        #expect(problem(wide) == "nothing")
    }

    @Test("name the columns that an expression uses, each once")
    func columns() throws {
        #expect(
            try RowExpression("b and (a > b or coalesce(c, a) in (d))").columns == [
                "b", "a", "c", "d",
            ]
        )
    }

    /// A column of each kind, and another one of some.
    private static let scope: ExpressionScope = {
        let columns: [(String, ExpressionKind)] = [
            ("i", .integer), ("n", .integer), ("d", .decimal), ("f", .float), ("t", .text),
            ("u", .text), ("b", .boolean), ("day", .date), ("other", .date), ("at", .timestamp),
            ("id", .uuid), ("doc", .json),
        ]
        var scope = ExpressionScope()
        for (name, kind) in columns { scope.add(name, kind) }
        return scope
    }()

    /// What is wrong with an expression: `column…: message`, from 1.
    private func problem(_ text: String, _ purpose: RowExpression.Purpose = .condition) -> String {
        do {
            try RowExpression(text).check(purpose, in: Self.scope)
            return "nothing"
        } catch {
            let hint = error.suggestion.map { "; did you mean `\($0)`?" } ?? ""
            return "\(error.offset + 1)+\(error.length): \(error.message)\(hint)"
        }
    }
}
