import Testing
import Values
import Words

@testable import Rows

/// The lines of docs/bad-input.md about values and keys: one test each.
@Suite("Bad input: values")
struct BadInputValueTests {
    private func reason(_ text: String, _ type: ColumnType) throws -> String? {
        try encode(text, as: type).reason
    }

    private static let day = ColumnType.date(format: .isoDate)
    private static let moment = ColumnType.timestamp(format: .isoTimestamp, zone: "UTC")
    private static let written = "(written as `yyyy-MM-dd HH:mm:ss`)"

    // MARK: Numbers

    @Test("1e400 is no number that a double holds")
    func exponent() throws {
        #expect(try reason("1e400", .float) == "`1e400` is beyond what a double can hold")
        #expect(
            try reason("1e400", .decimal(precision: 5, scale: 2))
                == "`1e400` is no decimal; a sign, digits and one `.` are expected"
        )
    }

    @Test("NaN and infinities are no numbers", arguments: ["NaN", "nan", "Infinity", "-inf"])
    func notANumber(text: String) throws {
        #expect(
            try reason(text, .float) == "`\(text)` is no number; as `-12.5` or `1e-3` is expected"
        )
        #expect(
            try reason(text, .integer)
                == "`\(text)` is no whole number; only a sign and digits are expected"
        )
    }

    @Test("too many digits before the point overflow a decimal, and 64 bits an integer")
    func overflow() throws {
        #expect(
            try reason("1000", .decimal(precision: 5, scale: 2))
                == "`1000` has too many digits before the point for decimal(5,2)"
        )
        #expect(
            try reason("9223372036854775808", .integer)
                == "`9223372036854775808` does not fit into 64 bits"
        )
    }

    @Test("more digits than the scale are refused, or rounded where that is declared")
    func scale() throws {
        #expect(
            try reason("1.005", .decimal(precision: 5, scale: 2))
                == "`1.005` has too many digits behind the point for decimal(5,2)"
        )
        var column = plan("v", .decimal(precision: 5, scale: 2))
        column.reading.rounding = .halfUp
        var harness = Harness(
            try RowEncoder(layout: RowLayout([.value(column)]), header: ["v"])
        )
        harness.encode(batch([["1.005"]]))
        #expect(harness.counts == [1, 1, 0, 0])
    }

    @Test("thousands separators are refused, or read where they are declared")
    func thousands() throws {
        #expect(
            try reason("1,234", .integer)
                == "`1,234` is no whole number; only a sign and digits are expected"
        )
        var column = plan("v", .integer)
        column.reading.thousands = ","
        var harness = Harness(
            try RowEncoder(layout: RowLayout([.value(column)]), header: ["v"])
        )
        harness.encode(batch([["1,234"], ["12,34"]]))
        #expect(harness.counts == [2, 1, 1, 0])
        #expect(
            harness.rejects.map(\.reason)
                == [
                    "`12,34` is no whole number; only a sign and digits in threes with `,` are expected"
                ]
        )
    }

    // MARK: Dates

    @Test("29 February is a day in leap years only")
    func leapDay() throws {
        #expect(try reason("2024-02-29", Self.day) == nil)
        #expect(
            try reason("2023-02-29", Self.day)
                == "`2023-02-29` is no day of the calendar (written as `yyyy-MM-dd`)"
        )
        #expect(try reason("1900-02-29", Self.day) != nil)
        #expect(try reason("2000-02-29", Self.day) == nil)
    }

    @Test("years are 1 to 9999")
    func years() throws {
        #expect(
            try reason("0000-01-01", Self.day)
                == "`0000-01-01` is no day of the calendar (written as `yyyy-MM-dd`)"
        )
        #expect(try reason("9999-12-31", Self.day) == nil)
        #expect(
            try reason("10000-01-01", Self.day) == "`10000-01-01` is not written as `yyyy-MM-dd`"
        )
    }

    @Test("24:00 and leap seconds are no times of day", arguments: ["24:00:00", "23:59:60"])
    func times(time: String) throws {
        #expect(
            try reason("2024-06-30 \(time)", Self.moment)
                == "`2024-06-30 \(time)` is no time of day: 00:00:00 to 23:59:59 \(Self.written)"
        )
    }

    @Test("a time that clocks skip is refused, one that they show twice is the declared one")
    func clocks() throws {
        let zone = ["America/New_York": ZoneFixtures.newYork]
        let type = ColumnType.timestamp(format: .isoTimestamp, zone: "America/New_York")
        #expect(
            try encode("2024-03-10 02:30:00", as: type, zones: zone).reason
                == "`2024-03-10 02:30:00` was skipped by the clocks of `America/New_York` "
                + Self.written
        )
        #expect(try encode("2024-11-03 01:30:00", as: type, zones: zone).reason == nil)
    }

    @Test(
        "another format than the declared one is refused",
        arguments: ["31/01/2024", "2024-1-31", "2024-01-31 "]
    )
    func format(text: String) throws {
        #expect(try reason(text, Self.day) == "`\(text)` is not written as `yyyy-MM-dd`")
    }

    // MARK: Keys

    /// What becomes of a business key that a map of `known` looks up.
    private func lookUp(
        _ texts: [String],
        _ missing: KeyPlan.Missing,
        cleaning: [CleaningStep] = []
    ) throws -> (counts: [Int], deferred: Int, reasons: [String]) {
        var map = KeyMap()
        map.insert(Array("José".utf8).span, surrogate: 7)
        let key = KeyPlan(
            name: "client",
            map: 0,
            parts: [plan("v", .text, cleaning)],
            missing: missing
        )
        var harness = Harness(
            try RowEncoder(layout: RowLayout([.key(key)]), header: ["v"]),
            keys: KeyMaps([map])
        )
        harness.encode(batch(texts.map { [$0] }))
        return (
            harness.counts, harness.encoder.deferredCount, harness.rejects.map(\.reason)
        )
    }

    @Test("an unknown key is refused, the unknown member or inferred, as declared, and counted")
    func unknownKey() throws {
        let refused = try lookUp(["Eva", "José"], .reject)
        #expect(refused.counts == [2, 1, 1, 0])
        #expect(refused.reasons.first?.contains("`Eva`") == true, "\(refused.reasons)")
        #expect(try lookUp(["Eva"], .unknown).counts == [1, 1, 0, 0])
        #expect(try lookUp(["Eva"], .infer).deferred == 1)
    }

    @Test("a null key is refused where unknown ones are, else it is the unknown member")
    func nullKey() throws {
        #expect(try lookUp([""], .reject).counts == [1, 0, 1, 0])
        #expect(try lookUp([""], .unknown).counts == [1, 1, 0, 0])
        #expect(try lookUp([""], .infer).counts == [1, 1, 0, 0])
    }

    @Test("case and blanks make another key unless they are cleaned")
    func caseAndBlanks() throws {
        #expect(try lookUp([" josé "], .reject).counts == [1, 0, 1, 0])
        #expect(try lookUp([" josé "], .reject, cleaning: [.trim, .title]).counts == [1, 1, 0, 0])
    }

    @Test("the composed and the decomposed form of a letter make two keys, and are counted")
    func normalForms() throws {
        let result = try lookUp(["Jose\u{301}", "Jos\u{e9}"], .reject)
        #expect(result.counts == [2, 1, 1, 0])
    }
}
