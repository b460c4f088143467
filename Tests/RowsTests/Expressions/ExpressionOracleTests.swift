import TestSupport
import Testing

@testable import Expressions
@testable import Rows

/// An expression over whole numbers and conditions, made at random, printed, and evaluated by the
/// few lines below: an oracle for parser and machine.
private indirect enum Sample {
    case null
    case integer(Int64)
    case truth(Bool)
    case column(String)
    case negated(Sample)
    case not(Sample)
    case isNull(Sample)
    case binary(String, Sample, Sample)
    case among(Sample, [Sample])
    case coalesce([Sample])

    // MARK: Making

    static func number(_ depth: Int, _ dice: Dice) -> Sample {
        guard depth > 0 else {
            switch dice.number(in: 0..<4) {
            case 0: return .column("i")
            case 1: return .column("n")
            default: return .integer(Int64(dice.number(in: 0..<8)))
            }
        }
        switch dice.number(in: 0..<8) {
        case 0: return .negated(number(depth - 1, dice))
        case 1: return .coalesce([number(depth - 1, dice), number(depth - 1, dice)])
        default:
            let operation = ["+", "-", "*", "/"][dice.number(in: 0..<4)]
            return .binary(operation, number(depth - 1, dice), number(depth - 1, dice))
        }
    }

    static func condition(_ depth: Int, _ dice: Dice) -> Sample {
        guard depth > 0 else { return dice.happens(0.5) ? .truth(dice.happens(0.5)) : .column("b") }
        switch dice.number(in: 0..<7) {
        case 0: return .not(condition(depth - 1, dice))
        case 1: return .isNull(number(depth - 1, dice))
        case 2: return .among(number(depth - 1, dice), [number(0, dice), number(0, dice)])
        case 3, 4:
            let word = dice.happens(0.5) ? "and" : "or"
            return .binary(word, condition(depth - 1, dice), condition(depth - 1, dice))
        default:
            let symbol = ["=", "<>", "<", "<=", ">", ">="][dice.number(in: 0..<6)]
            return .binary(symbol, number(depth - 1, dice), number(depth - 1, dice))
        }
    }

    // MARK: Printing

    /// How strongly it binds; the larger, the closer.
    private var strength: Int {
        switch self {
        case .binary("or", _, _): 1
        case .binary("and", _, _): 2
        case .not: 3
        case .isNull, .among: 4
        case .binary("+", _, _), .binary("-", _, _): 6
        case .binary("*", _, _), .binary("/", _, _): 7
        case .binary: 4
        case .negated: 8
        default: 9
        }
    }

    /// With parentheses where they are needed, and some where they are not.
    func text(_ dice: Dice) -> String {
        switch self {
        case .null: "null"
        case .integer(let value): "\(value)"
        case .truth(let value): "\(value)"
        case .column(let name): dice.happens(0.2) ? "\"\(name)\"" : name
        case .negated(let operand): "-" + operand.inner(9, dice)
        case .not(let operand): "not " + operand.inner(4, dice)
        case .isNull(let operand): operand.inner(5, dice) + " is null"
        case .among(let operand, let choices):
            operand.inner(5, dice) + " in ("
                + choices.map { $0.text(dice) }.joined(separator: ", ") + ")"
        case .coalesce(let operands):
            "coalesce(" + operands.map { $0.text(dice) }.joined(separator: ",") + ")"
        case .binary(let symbol, let left, let right):
            // From the left: the right side must bind more closely, and so must both of a comparison.
            left.inner(strength == 4 ? 5 : strength, dice) + " \(symbol) "
                + right.inner(strength + 1, dice)
        }
    }

    private func inner(_ least: Int, _ dice: Dice) -> String {
        strength < least || dice.happens(0.15) ? "(" + text(dice) + ")" : text(dice)
    }

    /// The tree in brackets, to compare with the parser's.
    var dump: String {
        switch self {
        case .null: "null"
        case .integer(let value): "\(value)"
        case .truth(let value): "\(value)"
        case .column(let name): name
        case .negated(let operand): "(neg \(operand.dump))"
        case .not(let operand): "(not \(operand.dump))"
        case .isNull(let operand): "(null? \(operand.dump))"
        case .among(let operand, let choices):
            "(in \(operand.dump) \(choices.map(\.dump).joined(separator: " ")))"
        case .coalesce(let operands): "(coalesce \(operands.map(\.dump).joined(separator: " ")))"
        case .binary(let symbol, let left, let right): "(\(symbol) \(left.dump) \(right.dump))"
        }
    }

    // MARK: Evaluating

    struct Fault: Error {}

    /// A number's or a condition's value (1 is true); `nil` is null.
    func value(_ row: [String: Int64?]) throws -> Int64? {
        switch self {
        case .null: return nil
        case .integer(let value): return value
        case .truth(let value): return value ? 1 : 0
        case .column(let name): return row[name] ?? nil
        case .negated(let operand):
            return try operand.value(row).map { try Self.checked(0, "-", $0) }
        case .not(let operand): return try operand.value(row).map { 1 - $0 }
        case .isNull(let operand): return try operand.value(row) == nil ? 1 : 0
        case .among(let operand, let choices):
            let value = try operand.value(row)
            var result: Int64? = 0
            for choice in choices {
                guard let value, let other = try choice.value(row) else {
                    result = nil
                    continue
                }
                if value == other { return 1 }
            }
            return result
        case .coalesce(let operands):
            for operand in operands { if let value = try operand.value(row) { return value } }
            return nil
        case .binary(let symbol, let left, let right):
            let first = try left.value(row)
            if symbol == "and" && first == 0 { return 0 }
            if symbol == "or" && first == 1 { return 1 }
            // A null decides everything else, whatever stands on the right.
            if first == nil, symbol != "and", symbol != "or" { return nil }
            let second = try right.value(row)
            if symbol == "and" { return second == 0 ? 0 : first == nil || second == nil ? nil : 1 }
            if symbol == "or" { return second == 1 ? 1 : first == nil || second == nil ? nil : 0 }
            guard let first, let second else { return nil }
            return try Self.checked(first, symbol, second)
        }
    }

    private static func checked(_ left: Int64, _ symbol: String, _ right: Int64) throws -> Int64 {
        let (value, overflows): (Int64, Bool)
        switch symbol {
        case "+": (value, overflows) = left.addingReportingOverflow(right)
        case "-": (value, overflows) = left.subtractingReportingOverflow(right)
        case "*": (value, overflows) = left.multipliedReportingOverflow(by: right)
        case "/": (value, overflows) = left.dividedReportingOverflow(by: right)
        case "=": return left == right ? 1 : 0
        case "<>": return left != right ? 1 : 0
        case "<": return left < right ? 1 : 0
        case "<=": return left <= right ? 1 : 0
        case ">": return left > right ? 1 : 0
        default: return left >= right ? 1 : 0
        }
        if overflows { throw Fault() }
        return value
    }
}

extension ExpressionTree {
    /// The tree in brackets.
    fileprivate var dump: String {
        switch form {
        case .null: "null"
        case .integer(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .column(let name): name
        case .negated(let operand): "(neg \(operand.dump))"
        case .not(let operand): "(not \(operand.dump))"
        case .isNull(let operand): "(null? \(operand.dump))"
        case .membership(let operand, let choices):
            "(in \(operand.dump) \(choices.map(\.dump).joined(separator: " ")))"
        case .coalesce(let operands): "(coalesce \(operands.map(\.dump).joined(separator: " ")))"
        case .logic(let logic, let left, let right):
            "(\(logic.rawValue) \(left.dump) \(right.dump))"
        case .arithmetic(let symbol, let left, let right):
            "(\(symbol.rawValue) \(left.dump) \(right.dump))"
        case .comparison(let comparison, let left, let right):
            "(\(comparison.symbol) \(left.dump) \(right.dump))"
        default: "other"
        }
    }
}

extension ExpressionComparison {
    fileprivate var symbol: String {
        ["=", "<>", "<", "<=", ">", ">="].first { ExpressionComparison($0) == self } ?? "?"
    }
}

@Suite("Expressions, at random, by an oracle")
struct ExpressionOracleTests {
    @Test("what is printed is parsed to the same tree", arguments: 1...6 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<500 {
            let sample = Sample.condition(dice.number(in: 0..<5), dice)
            let text = sample.text(dice)
            let label = "seed \(seed), round \(round): \(text)"
            #expect(try ExpressionParser.parse(text).dump == sample.dump, "\(label)")
        }
    }

    @Test("values are those of the oracle, faults too", arguments: 1...6 as ClosedRange<UInt64>)
    func values(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<150 {
            let sample = Sample.number(dice.number(in: 1..<5), dice)
            let (row, fields) = row(dice)
            let text = sample.text(dice)
            let label = "seed \(seed), round \(round): \(text) of \(row)"
            let outcome = try Bench.compute(text, as: .integer, values: fields)
            do {
                let expected = try sample.value(row)
                #expect(outcome.number == expected && outcome.rule == nil, "\(label)")
            } catch {
                #expect(outcome.rule == "expression", "\(label)")
            }
        }
    }

    @Test("conditions hold as the oracle says", arguments: 1...6 as ClosedRange<UInt64>)
    func conditions(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<150 {
            let sample = Sample.condition(dice.number(in: 1..<5), dice)
            let (row, fields) = row(dice)
            let text = sample.text(dice)
            // A null passes; a fault does not.
            let expected: Bool
            do {
                expected = try sample.value(row) != 0
            } catch {
                expected = false
            }
            #expect(
                try Bench.passes(text, values: fields) == expected,
                "seed \(seed), round \(round): \(text) of \(row)"
            )
        }
    }

    @Test(
        "bytes at random are an expression or wrong, never a crash",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func noise(seed: UInt64) {
        let dice = Dice(seed: seed)
        for _ in 0..<2_000 {
            let bytes = (0..<dice.number(in: 0..<40))
                .map { _ in
                    UInt8(dice.number(in: dice.happens(0.8) ? 32..<127 : 0..<256))
                }
            do {
                _ = try RowExpression(String(decoding: bytes, as: UTF8.self))
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    /// Values of `i`, `n` and `b`, as numbers and as fields.
    private func row(_ dice: Dice) -> ([String: Int64?], [String]) {
        var fields = Bench.values
        var row: [String: Int64?] = [:]
        for (index, name) in [(0, "i"), (1, "n")] {
            let value: Int64? =
                dice.happens(0.2)
                ? nil : dice.happens(0.1) ? .max - 1 : Int64(dice.number(in: -9..<10))
            row[name] = .some(value)
            fields[index] = value.map(String.init) ?? ""
        }
        let truth: Int64? = dice.happens(0.2) ? nil : dice.happens(0.5) ? 1 : 0
        row["b"] = .some(truth)
        fields[6] = truth.map { $0 == 1 ? "true" : "false" } ?? ""
        return (row, fields)
    }
}
