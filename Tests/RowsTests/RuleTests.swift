import Rows
import Testing

@Suite("Rules")
struct RuleTests {
    @Test(
        "bounds are inclusive and of the column's type",
        arguments: [
            ("0", ColumnType.integer, true), ("100", .integer, true), ("-1", .integer, false),
            ("101", .integer, false), ("99.99", .decimal(precision: 9, scale: 2), true),
            ("100.01", .decimal(precision: 9, scale: 2), false),
            ("-0.01", .decimal(precision: 9, scale: 2), false),
            ("100", .float, true), ("100.5", .float, false),
        ]
    )
    func bounds(text: String, type: ColumnType, isKept: Bool) throws {
        let result = try encode(text, as: type, rules: [.minimum("0"), .maximum("100")])
        #expect((result.bytes != nil) == isKept)
    }

    @Test("decimals are compared by value, not by digits")
    func decimalOrder() throws {
        let type = ColumnType.decimal(precision: 30, scale: 8)
        let values = [
            "-100000", "-20000.5", "-20000", "-3", "-0.5", "-0.00000001", "0", "0.00000001", "0.5",
            "3", "9999.9999", "10000", "10000.00000001", "123456789",
        ]
        for (left, low) in values.enumerated() {
            for (right, high) in values.enumerated() {
                let isKept = try encode(low, as: type, rules: [.maximum(high)]).bytes != nil
                #expect(isKept == (left <= right), "\(low) <= \(high)")
            }
        }
    }

    @Test("dates and times are compared with bounds in their format or in yyyy-MM-dd")
    func dates() throws {
        let type = ColumnType.date(format: DateFormat("dd/MM/yyyy"))
        #expect(try encode("31/12/2019", as: type, rules: [.minimum("2020-01-01")]).rule == "min")
        #expect(try encode("01/01/2020", as: type, rules: [.minimum("01/01/2020")]).bytes != nil)
        let time = ColumnType.timestamp(format: .isoTimestamp, zone: "UTC")
        #expect(
            try encode("2019-12-31 23:59:59", as: time, rules: [.minimum("2020-01-01")]).rule
                == "min"
        )
    }

    @Test("one_of compares the cleaned text")
    func oneOf() throws {
        let rule = Rule.oneOf(["paid", "refused", "a text longer than eight bytes"])
        #expect(
            try encode(" PAID", as: .text, cleaning: [.trim, .lower], rules: [rule]).text == "paid"
        )
        #expect(try encode("a text longer than eight bytes", as: .text, rules: [rule]).bytes != nil)
        let result = try encode("owed", as: .text, rules: [rule])
        #expect(
            result
                == .rejected(
                    rule: "one_of",
                    reason: "`owed` is none of `paid`, `refused`, `a text longer than eight bytes`"
                )
        )
    }

    @Test("a refused value is shown up to 60 characters, the last of a longer one `…`")
    func longValue() throws {
        let value = String(repeating: "x", count: 60)
        let longer = String(value.dropLast()) + "…"
        for (text, shown) in [(value, value), (value + "x", longer)] {
            #expect(
                try encode(text, as: .text, rules: [.oneOf(["paid"])])
                    == .rejected(rule: "one_of", reason: "`\(shown)` is none of `paid`")
            )
        }
    }

    @Test("matches looks at the whole text")
    func matches() throws {
        let rule = Rule.matches("[A-Z]{2}[0-9]+")
        #expect(try encode("AB123", as: .text, rules: [rule]).bytes != nil)
        #expect(try encode("xAB123", as: .text, rules: [rule]).rule == "matches")
        #expect(try encode("AB123x", as: .text, rules: [rule]).rule == "matches")
        #expect(throws: RowLayoutError.self) { try encode("x", as: .text, rules: [.matches("(")]) }
    }

    @Test("length counts Unicode scalars")
    func length() throws {
        let rule = Rule.length(minimum: 2, maximum: 3)
        #expect(try encode("ñá", as: .text, rules: [rule]).bytes != nil)
        #expect(try encode("日本語", as: .text, rules: [rule]).bytes != nil)
        #expect(try encode("ñ", as: .text, rules: [rule]).rule == "length")
        #expect(try encode("abcd", as: .text, rules: [rule]).rule == "length")
        #expect(
            try encode("abcd", as: .text, rules: [.length(minimum: 3, maximum: nil)]).bytes != nil
        )
    }

    @Test("the first broken rule in the plan's order is reported")
    func order() throws {
        let length = Rule.length(minimum: 1, maximum: 2)
        #expect(try encode("500", as: .integer, rules: [.maximum("99"), length]).rule == "max")
        #expect(try encode("500", as: .integer, rules: [length, .maximum("99")]).rule == "length")
    }

    @Test("null breaks no rule but required")
    func nulls() throws {
        let rules: [Rule] = [
            .minimum("1"), .oneOf(["1"]), .matches("1"), .length(minimum: 1, maximum: 1),
        ]
        #expect(try encode("", as: .integer, rules: rules) == .null)
        #expect(try encode("", as: .integer, rules: rules + [.required]).rule == "required")
    }

    @Test("a bound that is no value of the type is an error of the layout")
    func badBound() {
        #expect(throws: RowLayoutError.self) {
            try encode("1", as: .integer, rules: [.minimum("one")])
        }
        #expect(throws: RowLayoutError.self) {
            try encode("t", as: .boolean, rules: [.minimum("f")])
        }
    }

    @Test("a reason is at most 200 characters and shows no control characters")
    func reason() throws {
        let long = String(repeating: "x\u{1b}\n", count: 5_000)
        let reason = try #require(try encode(long, as: .integer).reason)
        #expect(reason.count <= 200)
        #expect(!reason.unicodeScalars.contains { $0.value < 32 })
    }
}
