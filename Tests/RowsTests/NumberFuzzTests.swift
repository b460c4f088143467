import Foundation
import TestSupport
import Testing

@testable import Rows

@Suite("Numbers, at random")
struct NumberFuzzTests {
    private static let characters = Array("0123456789012345678900..+-eE, ")

    private func text(_ dice: Dice) -> String {
        let count = dice.number(in: 1..<(dice.happens(0.2) ? 26 : 8))
        return String((0..<count).map { _ in Self.characters[dice.number(in: 0..<30)] })
    }

    @Test(
        "are read exactly when they are numbers, by oracles",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func oracles(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<700 {
            let text = text(dice)
            let label = "seed \(seed), round \(round): `\(text)`"
            #expect(try encode(text, as: .integer).number == Self.integer(text), "\(label)")
            let float = try encode(text, as: .float).number
                .map { Double(bitPattern: UInt64(bitPattern: $0)) }
            #expect(float == Self.float(text), "\(label)")
            let decimal = try encode(text, as: .decimal(precision: 12, scale: 3)).bytes
            #expect(decimal.map(Self.written) == Self.decimal(text), "\(label)")
        }
    }

    // MARK: Oracles: regular expressions, the standard library, Foundation

    private static func integer(_ text: String) -> Int64? {
        text.wholeMatch(of: /[+-]?[0-9]+/) == nil ? nil : Int64(text)
    }

    private static func float(_ text: String) -> Double? {
        let pattern = /[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?/
        guard let match = text.wholeMatch(of: pattern), let value = Double(padded(text)),
            value.isFinite
        else { return nil }
        let hasDigits = match.1.contains { ("1"..."9").contains($0) }
        return value == 0 && hasDigits ? nil : value
    }

    /// The standard library wants a digit on both sides of the point.
    private static func padded(_ text: String) -> String {
        text.replacing(/^([+-]?)\./) { "\($0.1)0." }.replacing(/\.($|[eE])/) { ".0\($0.1)" }
    }

    private static func decimal(_ text: String) -> Decimal? {
        let pattern = /[+-]?([0-9]*)\.?([0-9]*)/
        guard let match = text.wholeMatch(of: pattern), text.contains(where: \.isNumber),
            match.1.drop(while: { $0 == "0" }).count <= 9
        else { return nil }
        var fraction = match.2
        while fraction.last == "0" { fraction.removeLast() }
        guard fraction.count <= 3 else { return nil }
        let sign = text.hasPrefix("-") ? "-" : ""
        return Decimal(string: "\(sign)0\(match.1).\(match.2)0")
    }

    /// Postgres' binary numeric, read by what its documentation says of it.
    private static func written(_ bytes: [UInt8]) -> Decimal {
        func number(_ index: Int) -> Int {
            Int(Int16(truncatingIfNeeded: UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])))
        }
        var value = Decimal(0)
        for digit in 0..<number(0) {
            let exponent = (number(2) - digit) * 4
            value += Decimal(
                sign: .plus,
                exponent: exponent,
                significand: Decimal(number(8 + digit * 2))
            )
        }
        return number(4) == 0 ? value : -value
    }
}
