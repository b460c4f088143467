import TestSupport
import Testing

@testable import Charts

@Suite("Quantities of charts")
struct QuantityTests {
    @Test(
        "a written number is read exactly, and rounded half up behind the twelfth digit",
        arguments: [
            ("0", "0"), ("-0", "0"), ("+7", "7"), ("1234.50", "1234.5"), (".5", "0.5"), ("5.", "5"),
            ("-0.000000000001", "-0.000000000001"), ("0.0000000000005", "0.000000000001"),
            ("0.00000000000049", "0"), ("1e3", "1000"), ("1.5E-7", "0.00000015"), ("12e-1", "1.2"),
            ("0e9999", "0"), ("1e-9999", "0"), ("0000000000000000000000001", "1"),
            ("9999999999999999999", "9999999999999999999"),
            ("0.9999999999999", "1"),
            ("-9999999999999999999.9999999999999", "-10000000000000000000"),
        ]
    )
    func written(text: String, exact: String) {
        #expect(Quantity(text)?.text == exact)
    }

    @Test(
        "what is no number, or has too many digits, is none",
        arguments: [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "NaN", "inf", "-Infinity", "1 000",
            "1,5",
            "10000000000000000000", "1e19", "1e99999", "١", "1e1e1", "--1",
        ]
    )
    func refused(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test("binary numbers are what their shortest decimal form says; infinite ones are none")
    func binary() {
        #expect(Quantity(0.1)?.text == "0.1")
        #expect(Quantity(1e-7)?.text == "0.0000001")
        #expect(Quantity(-123_456_789.125)?.text == "-123456789.125")
        #expect(Quantity(Double.nan) == nil)
        #expect(Quantity(-Double.infinity) == nil)
        #expect(Quantity(Double.greatestFiniteMagnitude) == nil)
        #expect(Quantity(Int.min).text == "-9223372036854775808")
    }

    @Test(
        "products and quotients are rounded half up behind the twelfth digit, and too large ones are none"
    )
    func products() throws {
        func product(_ one: String, _ other: String) throws -> String? {
            let product: Quantity? = try #require(Quantity(one)) * #require(Quantity(other))
            return product?.text
        }
        func quotient(_ one: String, _ other: String) throws -> String? {
            let quotient: Quantity? = try #require(Quantity(one)) / #require(Quantity(other))
            return quotient?.text
        }
        #expect(try quotient("1", "3") == "0.333333333333")
        #expect(try quotient("2", "3") == "0.666666666667")
        #expect(try quotient("-2", "3") == "-0.666666666667")
        #expect(try quotient("1", "0") == nil)
        #expect(try product("-12.5", "-12.5") == "156.25")
        let large = "9999999999999999999"
        #expect(try product(large, large) == nil)
        #expect(try quotient(large, large) == "1")
        #expect(try product(large, "1") == large)
        #expect(try quotient(large, "0.5") == nil)
    }

    @Test("sums of cents are exact")
    func sums() throws {
        let cent = try #require(Quantity("0.1"))
        let sums = Chart.sums(Array(repeating: cent, count: 1_000))
        #expect(sums.last??.text == "100")
    }
}

@Suite("Numbers of charts")
struct NumberFormatTests {
    @Test(
        "a number is written by its format",
        arguments: [
            ("plain", "1234567.5", "1,234,567.5"), ("plain", "0.12345678", "0.123457"),
            ("plain", "-1000", "−1,000"), ("integer", "1999.5", "2,000"), ("integer", "-0.4", "0"),
            ("money", "1234.5", "1,234.50"), ("money", "0", "0.00"), ("money", "-0.005", "−0.01"),
            ("short", "999.994", "999.99"), ("short", "1000", "1.0 k"),
            ("short", "59900000", "59.9 M"),
            ("short", "999949", "999.9 k"), ("short", "999950", "1.0 M"),
            ("short", "-2500000000", "−2.5 bn"),
            ("short", "9999999999999999999", "10,000,000.0 tn"), ("money.short", "12.5", "12.50"),
            ("money.short", "153700000", "153.7 M"), ("percent", "0.5", "50 %"),
            ("percent.1", "0.0214", "2.1 %"), ("percent.2", "-0.5", "−50.00 %"),
        ]
    )
    func text(name: String, number: String, written: String) throws {
        let format = try #require(NumberFormat(name))
        let quantity = try #require(Quantity(number))
        #expect(format.text(quantity).replacing("\u{a0}", with: " ") == written)
    }

    @Test("the numbers of an axis are of one magnitude, with the digits that tell them apart")
    func ticks() {
        func texts(_ format: NumberFormat, _ ticks: String...) -> [String] {
            format.texts(ofTicks: ticks.compactMap { Quantity($0) })
                .map { $0.replacing("\u{a0}", with: " ") }
        }
        #expect(texts(.short, "0", "500000", "1000000") == ["0", "0.5 M", "1.0 M"])
        #expect(texts(.money, "0", "250", "500") == ["0", "250", "500"])
        #expect(texts(.money, "-2.5", "0", "2.5") == ["−2.5", "0", "2.5"])
        #expect(texts(.percent(), "-0.2", "0", "0.2") == ["−20 %", "0 %", "20 %"])
        #expect(texts(.plain, "0") == ["0"])
    }

    @Test("a name that is no format is none")
    func names() {
        #expect(NumberFormat("percent.9") == nil)
        #expect(NumberFormat.named.allSatisfy { NumberFormat($0.name) == $0.format })
    }
}
