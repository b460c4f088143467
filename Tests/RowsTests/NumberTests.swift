import Rows
import Testing

@Suite("Numbers")
struct NumberTests {
    @Test(
        "whole numbers of 64 bits become eight bytes in network order",
        arguments: [
            ("0", 0), ("7", 7), ("-1", -1), ("+42", 42), ("007", 7), ("-0", 0),
            ("123456789012345678", 123_456_789_012_345_678),
            ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("0000000000000000000000000012", 12),
        ] as [(String, Int64)]
    )
    func integer(text: String, value: Int64) throws {
        #expect(try encode(text, as: .integer) == .value(bigEndian(value)))
    }

    @Test(
        "what is no whole number of 64 bits is refused",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "99999999999999999999999", "1.0", "1e3",
            "1,000", "1 000", " 1", "1 ", "+", "-", "--1", "NaN", "0x10", "١", "12a",
        ]
    )
    func badInteger(text: String) throws {
        let result = try encode(text, as: .integer)
        #expect(result.rule == "integer")
        #expect(result.reason?.contains("`\(text)`") == true)
    }

    /// Digits to the base 10,000 with the weight of the first, as Postgres's `numeric_send`.
    @Test(
        "decimals become Postgres's numeric, with the column's scale",
        arguments: [
            // (text, digits, weight, sign)
            ("0", [], 0, 0), ("0.00", [], 0, 0), ("-0", [], 0, 0),
            ("1", [1], 0, 0), ("-1", [1], 0, 0x4000), ("+1.5", [1, 5000], 0, 0),
            ("12345.67", [1, 2345, 6700], 1, 0), ("10000", [1], 1, 0), ("100000000", [1], 2, 0),
            ("10000.5", [1, 0, 5000], 1, 0), ("0.01", [100], -1, 0), (".5", [5000], -1, 0),
            ("5.", [5], 0, 0), ("0.0001", [1], -1, 0), ("0.00001", [1000], -2, 0),
            ("1.50000000000", [1, 5000], 0, 0), ("000012.5", [12, 5000], 0, 0),
            ("99999999999999.999999", [99, 9999, 9999, 9999, 9999, 9900], 3, 0),
        ] as [(String, [Int], Int, Int)]
    )
    func decimal(text: String, digits: [Int], weight: Int, sign: Int) throws {
        let header = [digits.count, weight, sign, 6]
        let bytes = (header + digits)
            .flatMap {
                [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
            }
        #expect(try encode(text, as: .decimal(precision: 20, scale: 6)) == .value(bytes))
    }

    @Test(
        "decimals that would lose a digit or are written in another way are refused",
        arguments: [
            "1000", "999.999", "0.001", "1e2", "NaN", "Infinity", "1,5", "1.234,50", "1 000", "",
            ".",
            "-", "1.2.3", "12a", "--1",
        ]
    )
    func badDecimal(text: String) throws {
        let result = try encode(text, as: .decimal(precision: 5, scale: 2), rules: [.required])
        #expect(result.rule == (text.isEmpty ? "required" : "decimal"))
    }

    @Test("zeros behind the last digit of the scale are no loss")
    func zerosBeyondTheScale() throws {
        #expect(try encode("999.990000", as: .decimal(precision: 5, scale: 2)).bytes != nil)
        #expect(try encode("0000999.99", as: .decimal(precision: 5, scale: 2)).bytes != nil)
    }

    @Test("a random decimal reads back as it was written", arguments: 0..<20 as Range<UInt64>)
    func decimalRoundTrip(seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        for _ in 0..<500 {
            let scale = random.below(9)
            let whole = String(random.next() >> UInt64(random.below(64)))
            let fraction = (0..<random.below(scale + 1)).map { _ in String(random.below(10)) }
            let sign = random.below(2) == 0 ? "" : "-"
            let text = sign + whole + (fraction.isEmpty ? "" : "." + fraction.joined())
            let type = ColumnType.decimal(precision: 30, scale: scale)
            let bytes = try #require(try encode(text, as: type).bytes)
            #expect(Numeric(bytes)?.text == Numeric.canonical(text, scale: scale), "\(text)")
        }
    }

    @Test(
        "floating-point numbers are the nearest doubles",
        arguments: [
            "0", "-0", "1", "-1.5", "0.1", "3.141592653589793", "1e3", "1E-3", "2.5e+2",
            "9007199254740993", "1.7976931348623157e308", "5e-324",
            "123456789012345678901234567890",
            "0.000000000000000000000000000001", ".5", "5.", "0e999", "00012",
            "2.2250738585072014e-308", "8.5e22", "1e23",
        ]
    )
    func float(text: String) throws {
        let number = try #require(Double(text))
        // -0 is 0, as it is to Postgres.
        let expected = bigEndian(Int64(bitPattern: (number == 0 ? 0 : number).bitPattern))
        #expect(try encode(text, as: .float) == .value(expected))
    }

    @Test(
        "floating-point numbers beyond a double, and words, are refused",
        arguments: [
            "1e400", "-1e400", "1e-400", "NaN", "nan", "inf", "Infinity", "1,5", "1e", "e5", "+",
            ".",
            "0x1p3", "1_000", "1e5x", "1 ",
        ]
    )
    func badFloat(text: String) throws {
        #expect(try encode(text, as: .float).rule == "float")
    }

    @Test("random doubles read back exactly", arguments: 0..<10 as Range<UInt64>)
    func floatRoundTrip(seed: UInt64) throws {
        var random = Xorshift(seed: seed)
        for _ in 0..<500 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let expected = bigEndian(Int64(bitPattern: value.bitPattern))
            #expect(try encode("\(value)", as: .float) == .value(expected))
        }
    }
}

/// Random numbers that are the same in every run.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = (seed &+ 1) &* 0x9e37_79b9_7f4a_7c15
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// A binary `numeric`, read without regard to how it was written.
private struct Numeric {
    let text: String

    init?(_ bytes: [UInt8]) {
        let words = stride(from: 0, to: bytes.count, by: 2)
            .map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        let (count, weight) = (words[0], Int(Int16(truncatingIfNeeded: words[1])))
        guard words.count == 4 + count else { return nil }
        func group(_ power: Int) -> String {
            let index = weight - power
            let digits = index >= 0 && index < count ? String(words[4 + index]) : "0"
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        let whole = stride(from: max(weight, 0), through: 0, by: -1).map(group).joined()
        let fraction = stride(from: -1, through: -4, by: -1).map(group).joined()
        let scaled = fraction.prefix(words[3])
        // Digits that the scale hides would be lost in Postgres.
        guard fraction.dropFirst(words[3]).allSatisfy({ $0 == "0" }) else { return nil }
        let sign = words[2] == 0x4000 ? "-" : ""
        text = sign + String(whole.drop { $0 == "0" }) + "." + scaled
    }

    static func canonical(_ text: String, scale: Int) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".")
        let whole = String(parts[0].drop { $0 == "0" })
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let padded = fraction + String(repeating: "0", count: scale - fraction.count)
        let isZero = whole.isEmpty && padded.allSatisfy { $0 == "0" }
        return (isNegative && !isZero ? "-" : "") + whole + "." + padded
    }
}
