import Expressions
import Testing

@testable import Rows

@Suite("Any text")
struct ExpressionFuzzTests {
    private static let pieces = [
        "i", "n", "d", "f", "t", "u", "b", "day", "other", "at", "id", "doc", "1", "0", "2.50",
        "1e3", "'x'", "''", "'", "\"i\"", "\"", "date '2024-01-31'", "date '1'",
        "timestamp '2024-01-31 00:00:00Z'", "true", "false", "null", " and ", " or ", " not ",
        " is null", " is not null", " in (", " not in (", "coalesce(", "(", ")", ")", ",", " + ",
        " - ", " * ", " / ", " || ", " = ", " <> ", " < ", " <= ", " > ", " >= ", "==", "&&", "é",
        "\u{0}", "\u{1F680}", ";", "9999999999999999999", "1e400", " ",
    ]

    @Test(
        "is an expression, or wrong at a place within it",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func anyText(seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        for _ in 0..<2_000 {
            let text = (0..<1 + random.below(12))
                .map { _ in Self.pieces[random.below(Self.pieces.count)] }.joined()
            do {
                try RowExpression(text).check(.condition, in: Bench.scope)
            } catch {
                let length = text.unicodeScalars.count
                #expect(error.offset >= 0 && error.length >= 0, "\(text)")
                #expect(error.offset + error.length <= length, "\(text): \(error)")
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test(
        "made by the grammar is typed and evaluated without a trap, for any row",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func wellFormed(seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        var passed = 0
        for _ in 0..<150 {
            let text = condition(depth: 4, &random)
            var values = Bench.values
            for index in values.indices where random.below(4) == 0 { values[index] = "" }
            if random.below(3) == 0 { values[0] = "9223372036854775807" }
            if random.below(3) == 0 { values[2] = "-9999999999.99" }
            if random.below(3) == 0 { values[3] = "1.7e308" }
            if random.below(3) == 0 { values[7] = "9999-12-31" }
            if try Bench.passes(text, values: values) { passed += 1 }
        }
        #expect(passed > 0 && passed < 150)
    }

    private func condition(depth: Int, _ random: inout Xorshift) -> String {
        let smaller = depth - 1
        guard depth > 0 else { return ["b", "true", "n is null", "i > 3"][random.below(4)] }
        switch random.below(8) {
        case 0:
            return
                "(\(condition(depth: smaller, &random)) and \(condition(depth: smaller, &random)))"
        case 1:
            return
                "(\(condition(depth: smaller, &random)) or \(condition(depth: smaller, &random)))"
        case 2: return "not \(condition(depth: smaller, &random))"
        case 3: return "(\(number(depth: smaller, &random))) is not null"
        case 4:
            return "\(number(depth: smaller, &random)) in (1, \(number(depth: smaller, &random)))"
        case 5: return "(\(text(depth: smaller, &random)) >= \(text(depth: smaller, &random)))"
        case 6: return "(day + (\(["i", "n", "other - day"][random.below(3)])) <> other)"
        default: return "(\(number(depth: smaller, &random)) < \(number(depth: smaller, &random)))"
        }
    }

    private func number(depth: Int, _ random: inout Xorshift) -> String {
        guard depth > 0 else {
            return ["i", "n", "d", "f", "2", "0.125", "1e2", "(other - day)"][random.below(8)]
        }
        let (left, right) = (number(depth: depth - 1, &random), number(depth: depth - 1, &random))
        switch random.below(4) {
        case 0: return "coalesce(\(left), \(right))"
        case 1: return "-(\(left))"
        default: return "(\(left) \(["+", "-", "*", "/"][random.below(4)]) \(right))"
        }
    }

    private func text(depth: Int, _ random: inout Xorshift) -> String {
        guard depth > 0 else { return ["t", "u", "'x'", "''"][random.below(4)] }
        let (left, right) = (text(depth: depth - 1, &random), text(depth: depth - 1, &random))
        return random.below(3) == 0 ? "coalesce(\(left), \(right))" : "(\(left) || \(right))"
    }
}
