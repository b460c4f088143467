import Testing

@testable import Rows

/// Numbers that a source knows as such, as a database's doubles and the numbers of JSON: their value counts, however they are
/// written.
@Suite("Numbers that their source knows as such")
struct KnownNumberTests {
    private static let decimal = ColumnType.decimal(precision: 24, scale: 6)

    @Test(
        "are read by their value, whatever their exponent",
        arguments: [
            ("1e-05", "0.00001"), ("1.5e-05", "0.000015"), ("-2.5E3", "-2500"),
            ("1e+16", "10000000000000000"),
            ("12.50", "12.5"), ("0e0", "0"), ("-0.0", "0"),
        ]
    )
    func decimals(written: String, meant: String) throws {
        let value = try encode(meant, as: Self.decimal)
        #expect(try encode(written, as: Self.decimal, known: .number) == value)
        #expect(try encode(written, as: Self.decimal, tellingNumbers: true) == value)
    }

    @Test(
        "are whole ones where nothing is behind the point",
        arguments: [("1e+16", "10000000000000000"), ("2.0", "2"), ("-1.5e1", "-15"), ("7", "7")]
    )
    func integers(written: String, meant: String) throws {
        let value = try encode(meant, as: .integer)
        #expect(try encode(written, as: .integer, known: .number) == value)
        #expect(try encode(written, as: .integer, tellingNumbers: true) == value)
    }

    @Test("lose no digit", arguments: ["1e-07", "0.1e-5x", "NaN", "1e400", "1e"])
    func refused(written: String) throws {
        guard case .rejected = try encode(written, as: Self.decimal, known: .number) else {
            Issue.record("\(written) is no such decimal")
            return
        }
        guard case .rejected = try encode(written, as: .integer, tellingNumbers: true) else {
            Issue.record("\(written) is no integer")
            return
        }
    }

    @Test("are told from texts, whose exponents are to be declared")
    func texts() throws {
        for type in [Self.decimal, .integer] {
            guard case .rejected = try encode("1e2", as: type) else {
                Issue.record("a text")
                continue
            }
            guard case .rejected = try encode("1e2", as: type, tellingNumbers: true, isQuoted: true)
            else {
                Issue.record("a string of JSON")
                continue
            }
        }
    }

    @Test("are in no notation of texts: a point is one, also where it groups thousands")
    func notation() throws {
        let german = ReadingRules(point: UInt8(ascii: ","), thousands: ".")
        let number = try encode("1.234", as: Self.decimal, tellingNumbers: true, reading: german)
        #expect(try number == encode("1.234", as: Self.decimal))
        let text = try encode(
            "1.234",
            as: Self.decimal,
            tellingNumbers: true,
            isQuoted: true,
            reading: german
        )
        #expect(try text == encode("1234", as: Self.decimal))
    }

    @Test("are texts where cleaning makes them such")
    func cleaned() throws {
        let german = ReadingRules(point: UInt8(ascii: ","), thousands: ".")
        let cleaning = [CleaningStep.replace(text: "12.5", with: "1.250")]
        let cleaned = try encode(
            "12.5",
            as: Self.decimal,
            cleaning: cleaning,
            tellingNumbers: true,
            reading: german
        )
        #expect(try cleaned == encode("1250", as: Self.decimal))
    }

    @Test("keep their rules")
    func rules() throws {
        let number = try encode(
            "1e-05",
            as: Self.decimal,
            rules: [.minimum("1")],
            tellingNumbers: true
        )
        #expect(number.rule == "min")
    }
}
