import Foundation
import TestSupport
import Testing
import Values
import Words

@testable import Rows

@Suite("What a column declares about reading")
struct ReadingRulesTests {
    private static let cents = ColumnType.decimal(precision: 6, scale: 2)

    private func outcome(
        _ text: String,
        _ type: ColumnType,
        _ rules: ReadingRules
    ) throws -> Encoded {
        var column = plan("v", type)
        column.reading = rules
        var harness = Harness(
            try RowEncoder(
                layout: RowLayout([.value(column)]),
                header: ["v"],
                zones: ["America/New_York": ZoneFixtures.newYork]
            )
        )
        harness.encode(batch([[text]]))
        if let reject = harness.rejects.first {
            return .rejected(rule: reject.rule, reason: reject.reason)
        }
        return tuples(harness.copy).first?.first.flatMap { $0.map(Encoded.value) } ?? .null
    }

    // MARK: Rounding

    @Test(
        "digits behind the scale are rounded as declared",
        arguments: [
            (Rounding.halfUp, "1.005", "1.01"), (.halfUp, "-1.005", "-1.01"),
            (.halfUp, "1.0049999", "1.00"), (.halfUp, "0.995", "1.00"), (.halfUp, "9.999", "10.00"),
            (.halfUp, ".005", "0.01"), (.halfUp, "-0.001", "0"), (.halfUp, "9999.994", "9999.99"),
            (.halfEven, "1.005", "1.00"), (.halfEven, "1.015", "1.02"),
            (.halfEven, "1.0050001", "1.01"), (.halfEven, "-2.675", "-2.68"),
            (.halfEven, "0.005", "0"), (.halfEven, "+7.125", "7.12"),
        ]
    )
    func rounds(rounding: Rounding, text: String, expected: String) throws {
        let rules = ReadingRules(rounding: rounding)
        #expect(
            try outcome(text, Self.cents, rules)
                == outcome(expected, Self.cents, ReadingRules())
        )
    }

    @Test("without a declaration, and with `refuse`, a digit too many is a reject")
    func refuses() throws {
        for rules in [ReadingRules(), ReadingRules(rounding: .refuse)] {
            let refused = try outcome("1.005", Self.cents, rules)
            #expect(
                refused.reason == "`1.005` has too many digits behind the point for decimal(6,2)"
            )
        }
    }

    @Test("a number that is rounded beyond its digits is refused")
    func roundedTooLarge() throws {
        let refused = try outcome("9999.995", Self.cents, ReadingRules(rounding: .halfUp))
        #expect(
            refused.reason == "`9999.995` has too many digits before the point for decimal(6,2)"
        )
    }

    @Test(
        "random decimals are rounded as Foundation's Decimal rounds",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func roundingOracle(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        let type = ColumnType.decimal(precision: 20, scale: 3)
        for round in 0..<300 {
            let digits = (0..<dice.number(in: 0..<10)).map { _ in "\(dice.number(in: 0..<10))" }
            let behind = (0..<dice.number(in: 1..<9))
                .map { _ in
                    dice.happens(0.5) ? "5" : "\(dice.number(in: 0..<10))"
                }
            let text =
                (dice.happens(0.4) ? "-" : "") + digits.joined() + "." + behind.joined()
            for (rule, mode) in [
                (Rounding.halfUp, Decimal.RoundingMode.plain), (.halfEven, .bankers),
            ] {
                var exact = try #require(Decimal(string: text.replacing("-.", with: "-0.")))
                var rounded = Decimal()
                // `.plain` rounds the middle up, not away from zero: the sign is put aside.
                let isNegative = exact < 0
                exact = abs(exact)
                unsafe NSDecimalRound(&rounded, &exact, 3, mode)
                let expected = "\(isNegative ? -rounded : rounded)"
                let reading = try outcome(text, type, ReadingRules(rounding: rule))
                let wanted = try outcome(expected, type, ReadingRules())
                #expect(reading == wanted, "seed \(seed), round \(round): \(text) → \(expected)")
            }
        }
    }

    // MARK: Notations

    @Test(
        "numbers are read in their declared notation",
        arguments: [
            ("1.234,56", ",", ".", "1234.56"), ("1234,5", ",", ".", "1234.5"),
            ("-12.345.678,9", ",", ".", "-12345678.9"), ("0,5", ",", nil, "0.5"),
            ("1 234.5", ".", " ", "1234.5"), ("1'000", ".", "'", "1000"), (",5", ",", nil, ".5"),
            ("1\u{a0}234\u{a0}567,8", ",", "\u{a0}", "1234567.8"),
            ("-1\u{202f}234,5", ",", "\u{202f}", "-1234.5"),
        ] as [(String, String, String?, String)]
    )
    func notation(text: String, point: String, thousands: String?, expected: String) throws {
        let rules = ReadingRules(
            point: try #require(point.utf8.first),
            thousands: thousands?.unicodeScalars.first
        )
        for type in [ColumnType.decimal(precision: 12, scale: 2), .float] {
            #expect(try outcome(text, type, rules) == outcome(expected, type, ReadingRules()))
        }
    }

    @Test(
        "exponents of decimals and integers are worked out exactly where they are declared",
        arguments: [
            ("1.5e3", "1500"), ("1E2", "100"), ("-12.345e1", "-123.45"), ("125e-2", "1.25"),
            ("5e-1", "0.5"), ("-0.05E+2", "-5"), ("1.50e0", "1.50"), ("0e9", "0"), (".5e1", "5"),
            ("12300e-2", "123"),
        ]
    )
    func exponents(text: String, expected: String) throws {
        let rules = ReadingRules(hasExponents: true)
        #expect(
            try outcome(text, Self.cents, rules) == outcome(expected, Self.cents, ReadingRules())
        )
        if !expected.contains(".") {
            #expect(
                try outcome(text, .integer, rules) == outcome(expected, .integer, ReadingRules())
            )
        }
        #expect(try outcome(text, Self.cents, ReadingRules()).rule == "decimal")
    }

    @Test(
        "exponents that are no whole number, or make a number that has no room, are refused",
        arguments: [
            "1e", "1e+", "e5", "1e1.5", "1e5e5", "1e99999999999", "1e1000000", "1e400", "1e-9",
        ]
    )
    func badExponents(text: String) throws {
        #expect(try outcome(text, Self.cents, ReadingRules(hasExponents: true)).rule != nil)
        #expect(try outcome("1.5e0", .integer, ReadingRules(hasExponents: true)).rule == "integer")
    }

    @Test("a minus behind a number is read where it is declared, and only one minus")
    func trailingMinus() throws {
        let rules = ReadingRules(
            point: UInt8(ascii: ","),
            thousands: ".",
            hasExponents: true,
            hasTrailingMinus: true
        )
        for (text, expected) in [
            ("12,50-", "-12.50"), ("1.234,5-", "-1234.5"), ("-3", "-3"), ("7", "7"),
            ("1,5e1-", "-15"),
        ] {
            #expect(
                try outcome(text, Self.cents, rules)
                    == outcome(expected, Self.cents, ReadingRules())
            )
        }
        #expect(
            try outcome("2-", .integer, ReadingRules(hasTrailingMinus: true))
                == outcome("-2", .integer, ReadingRules())
        )
        #expect(
            try outcome("2.5-", .float, ReadingRules(hasTrailingMinus: true))
                == outcome("-2.5", .float, ReadingRules())
        )
        for text in ["-5-", "+5-", "-", "5--", "5 -"] {
            #expect(try outcome(text, Self.cents, rules).rule == "decimal")
        }
        #expect(try outcome("12.50-", Self.cents, ReadingRules()).rule == "decimal")
    }

    @Test(
        "groups that are not of three digits, and separators that are not declared, are refused",
        arguments: [
            "1,23", "12,34,567", "1234,567", ",123", "1,234,", "1.234,567", "1,,234", ",", "0,125",
            "-0,125", "01,234",
        ]
    )
    func badGroups(text: String) throws {
        let rules = ReadingRules(thousands: ",")
        let refused = try outcome(text, Self.cents, rules)
        #expect(
            refused.reason
                == "`\(text)` is no decimal; a sign, digits in threes with `,` and one `.` are expected"
        )
        #expect(try outcome("1,234", .integer, ReadingRules()).rule == "integer")
    }

    // MARK: Clocks

    @Test("a local time that clocks skip or show twice is read by the declared rule")
    func clockChanges() throws {
        let type = ColumnType.timestamp(format: .isoTimestamp, zone: "America/New_York")
        func hour(_ text: String, _ rules: ReadingRules) throws -> Int64? {
            try outcome(text, type, rules).number.map { $0 / 60_000_000 }
        }
        let usual = ReadingRules()
        // 02:30 on 10 March 2024 is skipped: 01:30 is at 06:30 UTC, 03:30 at 07:30 UTC.
        let gap = "2024-03-10 02:30:00"
        #expect(try hour(gap, usual) == nil)
        #expect(
            try hour(gap, ReadingRules(gap: .earlier)) == hour("2024-03-10 01:30:00", usual)
        )
        #expect(try hour(gap, ReadingRules(gap: .later)) == hour("2024-03-10 03:30:00", usual))
        // 01:30 on 3 November 2024 is shown twice, an hour apart.
        let overlap = "2024-11-03 01:30:00"
        let first = try #require(try hour(overlap, ReadingRules(overlap: .earlier)))
        #expect(try hour(overlap, usual) == first)
        #expect(try hour(overlap, ReadingRules(overlap: .later)) == first + 60)
        let refused = try outcome(overlap, type, ReadingRules(overlap: .reject))
        #expect(
            refused.reason == "`\(overlap)` was shown twice by the clocks of `America/New_York` "
                + "(written as `yyyy-MM-dd HH:mm:ss`)"
        )
    }

    @Test("the rule holds to the second, also right after a value of the same stretch")
    func clockBorders() throws {
        var column = plan("v", .timestamp(format: .isoTimestamp, zone: "America/New_York"))
        column.reading.overlap = .reject
        var harness = Harness(
            try RowEncoder(
                layout: RowLayout([.value(column)]),
                header: ["v"],
                zones: ["America/New_York": ZoneFixtures.newYork]
            )
        )
        harness.encode(
            batch([
                ["2024-11-03 00:59:59"], ["2024-11-03 01:00:00"], ["2024-11-03 01:59:59"],
                ["2024-11-03 02:00:00"], ["2024-11-03 01:30:00"],
            ])
        )
        #expect(harness.rejects.map(\.line) == [3, 4, 6])
    }
}
