import Testing

@testable import Expressions
@testable import Rows

@Suite("Expressions give")
struct ExpressionValueTests {
    /// A condition is computed as a boolean: 1, 0 or null.
    private func truth(_ expression: String) throws -> Bool? {
        let value = try Bench.compute(expression, as: .boolean)
        #expect(value.rule == nil, "\(expression): \(value)")
        return value.bytes.map { $0 == [1] }
    }

    @Test(
        "truth by comparison of values of one type",
        arguments: [
            ("i = 7", true), ("i <> 7", false), ("i != 8", true), ("i < 8", true),
            ("i >= 8", false),
            ("i > -8", true), ("d = -12.5", true), ("d < -12.49", true), ("d > -13", true),
            ("f = 0.5", true), ("f > i", false), ("f < d", false), ("i = 7.0", true),
            ("1e3 = 1000", true), ("t = 'Ana'", true), ("t < 'Ane'", true), ("t <> 'ana'", true),
            ("t > 'An'", true), ("b", true), ("b = false", false), ("day < other", true),
            ("day = date '2024-02-29'", true), ("at = timestamp '2024-02-29 07:00:00-05:00'", true),
            ("at > timestamp '2024-02-29T11:59:59Z'", true), ("id = id", true),
            ("(i > 1) = (d < 0)", true), ("t = 'A''na'", false), ("TRUE AND NOT False", true),
            ("\"i\" = 7", true), ("99999999999999.0001 > 99999999999999", true),
        ]
    )
    func comparison(expression: String, expected: Bool) throws {
        #expect(try truth(expression) == expected)
    }

    @Test("nothing of a comparison with a null")
    func nullComparison() throws {
        for operation in ["=", "<>", "<", "<=", ">", ">="] {
            #expect(try truth("n \(operation) 1") == nil)
            #expect(try truth("u \(operation) t") == nil)
        }
        #expect(try truth("n is null") == true)
        #expect(try truth("n is not null") == false)
        #expect(try truth("i is null") == false)
        #expect(try truth("i + n is null") == true)
        #expect(try truth("doc is not null") == true)
        #expect(try truth("(n > 1) is null") == true)
    }

    @Test("SQL's three-valued logic")
    func logic() throws {
        let values: [(String, Bool?)] = [
            ("true", true), ("false", false), ("(n = 1)", nil), ("null", nil),
        ]
        for (left, first) in values {
            #expect(try truth("not \(left)") == first.map { !$0 })
            for (right, second) in values {
                let both: Bool? =
                    first == false || second == false
                    ? false : first == nil || second == nil ? nil : true
                let either: Bool? =
                    first == true || second == true
                    ? true : first == nil || second == nil ? nil : false
                #expect(try truth("\(left) and \(right)") == both, "\(left) and \(right)")
                #expect(try truth("\(left) or \(right)") == either, "\(left) or \(right)")
            }
        }
    }

    @Test(
        "membership as SQL's `in` does",
        arguments: [
            ("i in (1, 7)", true), ("i in (1, 2)", false), ("i not in (1, 2)", true),
            ("i in (1, n)", nil), ("i in (7, n)", true), ("i not in (1, n)", nil),
            ("n in (1, 2)", nil), ("t in ('Ana', 'Eva')", true), ("i in (6.5, 7.0)", true),
            ("day in (other, other - 2)", true),
        ]
    )
    func membership(expression: String, expected: Bool?) throws {
        #expect(try truth(expression) == expected)
    }

    @Test(
        "what binds closer first",
        arguments: [
            ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 2 - 3", 5), ("100 / 10 / 2", 5),
            ("-i + 1", -6), ("- -i", 7), ("2 * -3", -6), ("7 / 2", 3), ("-7 / 2", -3),
            ("other - day", 2), ("coalesce(n, i, 1)", 7), ("coalesce(n, n)", nil), ("i + n", nil),
            ("i * 1000000000000", 7_000_000_000_000), ("null", nil),
        ] as [(String, Int64?)]
    )
    func integers(expression: String, expected: Int64?) throws {
        #expect(try Bench.compute(expression, as: .integer).number == expected)
    }

    @Test("weaker operators after stronger ones: or, and, not, comparisons, ||, +, *")
    func precedence() throws {
        #expect(try truth("true or false and false") == true)
        #expect(try truth("not false and false") == false)
        #expect(try truth("not i = 7 or b") == true)
        #expect(try truth("i + 1 > 2 * 3 and t || '!' = 'Ana!'") == true)
        #expect(try truth("not n is null") == false)
    }

    @Test(
        "decimals, exactly, rounded half away from zero to the column's digits",
        arguments: [
            ("d", "-12.50"), ("d + 0.005", "-12.50"), ("d - 0.005", "-12.51"),
            ("d * 0.19", "-2.38"), ("d * 0.1", "-1.25"), ("d / 3", "-4.17"), ("1.0 / 3", "0.33"),
            ("2.0 / 3", "0.67"), ("i", "7.00"), ("-d", "12.50"), ("d - d", "0.00"),
            ("i + d", "-5.50"), ("coalesce(null, d, i)", "-12.50"), ("0.005", "0.01"),
            ("9999999999.99", "9999999999.99"), ("at - timestamp '2024-02-29 11:59:58Z'", "2.00"),
        ]
    )
    func decimals(expression: String, expected: String) throws {
        let type = ColumnType.decimal(precision: 12, scale: 2)
        let value = try Bench.compute(expression, as: type)
        #expect(value == (try encode(expected, as: type)), "\(expression)")
    }

    @Test(
        "floats",
        arguments: [
            ("f * 2", 1), ("f + i", 7.5), ("d / f", -25), ("-f", -0.5), ("1e-3 * 1000", 1),
            ("i", 7), ("d", -12.5), ("0.1 + 1e0", 1.1),
        ]
    )
    func floats(expression: String, expected: Double) throws {
        let number = try Bench.compute(expression, as: .float).number
        #expect(number.map { Double(bitPattern: UInt64(bitPattern: $0)) } == expected)
    }

    @Test(
        "texts; a null makes the whole null, and so does nothing at all",
        arguments: [
            ("t || ' ' || 'Ruiz'", "Ana Ruiz"), ("t || u", nil), ("t || coalesce(u, '')", "Ana"),
            ("coalesce(u || '-', '') || t || '-' || t", "Ana-Ana"), ("coalesce(u, '')", nil),
            ("(t || 'a') || (t || 'b')", "AnaaAnab"), ("'it''s' || ' é'", "it's é"),
            ("coalesce(u, t || '!') || (t || '?') || '.'", "Ana!Ana?."),
        ]
    )
    func texts(expression: String, expected: String?) throws {
        #expect(try Bench.compute(expression, as: .text).text == expected)
    }

    @Test("days, instants, uuids and json")
    func others() throws {
        let date = ColumnType.date(format: .isoDate)
        let time = ColumnType.timestamp(format: .isoTimestamp, zone: "UTC")
        #expect(try Bench.compute("day + 1", as: date) == encode("2024-03-01", as: date))
        #expect(try Bench.compute("1 + day - i", as: date) == encode("2024-02-23", as: date))
        #expect(try Bench.compute("date '2000-01-01'", as: date).number == 0)
        #expect(
            try Bench.compute("coalesce(null, at)", as: time) == encode(Bench.values[9], as: time)
        )
        #expect(try Bench.compute("id", as: .uuid) == encode(Bench.values[10], as: .uuid))
        #expect(try Bench.compute("doc", as: .json) == encode("{}", as: .json))
    }

    @Test(
        "a reject where there is no result",
        arguments: [
            ("i / 0", ColumnType.integer, "divides by zero"), ("d / 0", .float, "divides by zero"),
            ("f / (f - f)", .float, "divides by zero"),
            ("i * 9223372036854775807", .integer, "too large"),
            ("1e308 * 10", .float, "too large"),
            ("other + 9999999", .date(format: .isoDate), "too large"),
            ("d * 1000000000", .decimal(precision: 12, scale: 2), "too large"),
        ]
    )
    func faults(expression: String, type: ColumnType, words: String) throws {
        let result = try Bench.compute(expression, as: type)
        #expect(result.rule == "expression")
        #expect(result.reason?.contains("`\(expression)`") == true)
        #expect(result.reason?.contains(words) == true, "\(result)")
    }

    @Test("no fault of what is not looked at")
    func shortCircuit() throws {
        #expect(try truth("false and i / 0 = 1") == false)
        #expect(try truth("true or i / 0 = 1") == true)
        #expect(try Bench.compute("coalesce(i, i / 0)", as: .integer).number == 7)
    }

    @Test("decimals of every size the same results as integers")
    func decimalsAgainstIntegers() throws {
        var random = Xorshift(seed: 11)
        for _ in 0..<400 {
            let (left, right) = (random.below(2_000_001) - 1_000_000, random.below(2001) - 1000)
            let (a, b) = (ExactNumber(Int128(left), scale: 3), ExactNumber(Int128(right), scale: 1))
            #expect(try (a + b).coefficient == Int128(left + right * 100))
            #expect(try (a * b).coefficient == Int128(left * right))
            #expect(ExactNumber.order(a, b) == (left - right * 100).signum())
            guard right != 0 else { continue }
            // a / b with 12 digits, rounded half away from zero.
            let exact = Int128(left) * 10_000_000_000
            let magnitude =
                (2 * exact.magnitude + Int128(right).magnitude) / (2 * Int128(right).magnitude)
            let isNegative = (left < 0) != (right < 0)
            let expected = isNegative ? -Int128(magnitude) : Int128(magnitude)
            #expect(try (a / b).coefficient == (left == 0 ? 0 : expected))
        }
    }
}
