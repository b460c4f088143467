import Words

/// How a chart writes its numbers: always with a point and commas, whatever the machine's language.
public struct NumberFormat: Sendable, Hashable {
    /// What a number is divided by before it is written.
    private enum Scale {
        case one
        case hundredth
        case thousands
    }

    /// A power of a thousand with its letter.
    struct Magnitude {
        var exponent: Int
        var letter: String

        static let all = [
            Magnitude(exponent: 0, letter: ""), Magnitude(exponent: 3, letter: "k"),
            Magnitude(exponent: 6, letter: "M"), Magnitude(exponent: 9, letter: "bn"),
            Magnitude(exponent: 12, letter: "tn"),
        ]
        static let percent = Magnitude(exponent: -2, letter: "%")
    }

    private let scale: Scale
    /// Digits behind the point: at least, at most.
    private let decimals: ClosedRange<Int>

    private init(_ scale: Scale, _ decimals: ClosedRange<Int>) {
        self.scale = scale
        self.decimals = decimals
    }

    /// `1,234.5`: as many digits behind the point as there are, up to six.
    public static let plain = NumberFormat(.one, 0...6)
    /// `1,235`.
    public static let integer = NumberFormat(.one, 0...0)
    /// `1,234.50`.
    public static let money = NumberFormat(.one, 2...2)
    /// `1.2 k`, `59.9 M`, `3.0 bn`, `1.1 tn`; below a thousand as ``plain`` with two digits at most.
    public static let short = NumberFormat(.thousands, 0...2)
    /// `59.9 M`; below a thousand as ``money``.
    public static let shortMoney = NumberFormat(.thousands, 2...2)
    /// `2 %` of 0.021, or with `decimals` 1 `2.1 %`.
    public static func percent(decimals: Int = 0) -> NumberFormat {
        NumberFormat(.hundredth, decimals...decimals)
    }

    /// The formats that definitions name.
    public static let named: [(name: String, format: NumberFormat)] = [
        ("plain", plain), ("integer", integer), ("money", money), ("money.short", shortMoney),
        ("short", short), ("percent", percent()), ("percent.1", percent(decimals: 1)),
        ("percent.2", percent(decimals: 2)),
    ]

    /// The format of a name; `nil` for one that is not among ``named``.
    public init?(_ name: String) {
        guard let format = Self.named.first(where: { $0.name == name })?.format else { return nil }
        self = format
    }

    /// Its name in definitions; empty of one that has none.
    public var name: String { Self.named.first { $0.format == self }?.name ?? "" }

    /// A number as labels show it.
    public func text(_ number: Quantity) -> String {
        let magnitude = magnitude(of: number)
        guard magnitude.exponent <= 0 else { return text(number, in: magnitude, decimals: 1...1) }
        return text(number, in: magnitude, decimals: decimals)
    }

    /// The smallest distance of two numbers that are written differently on an axis.
    var smallestStep: Quantity {
        let digits = decimals.upperBound + (scale == .hundredth ? 2 : 0)
        return Quantity(
            units: scale == .thousands ? 1 : Quantity.powerOfTen(Quantity.decimals - digits)
        )
    }

    /// The numbers of an axis: all of one magnitude, with as few digits as tell them apart.
    func texts(ofTicks ticks: [Quantity]) -> [String] {
        let largest = ticks.max { $0.units.magnitude < $1.units.magnitude } ?? .zero
        let magnitude = magnitude(of: largest)
        let most = Quantity.decimals
        let needed =
            (0...most)
            .first { count in
                let divisor = Quantity.powerOfTen(max(most + magnitude.exponent - count, 0))
                return ticks.allSatisfy { $0.units % divisor == 0 }
            } ?? most
        return ticks.map { tick in
            tick == .zero && scale != .hundredth
                ? "0" : text(tick, in: magnitude, decimals: needed...needed)
        }
    }

    private func magnitude(of number: Quantity) -> Magnitude {
        switch scale {
        case .one: return Magnitude.all[0]
        case .hundredth: return .percent
        case .thousands:
            // 999,950 is 1.0 M, for 1,000.0 k is nothing that anybody writes.
            let size = number.units.magnitude
            return Magnitude.all.last {
                let unit = Quantity.powerOfTen(Quantity.decimals + $0.exponent).magnitude
                return size >= ($0.exponent > 3 ? unit - unit / 20_000 : unit)
            } ?? Magnitude.all[0]
        }
    }

    private func text(
        _ number: Quantity,
        in magnitude: Magnitude,
        decimals: ClosedRange<Int>
    ) -> String {
        let scaled = Self.scaled(number, to: magnitude)
        var text = scaled.fixed(decimals: decimals.upperBound)
        var spare = decimals.upperBound - decimals.lowerBound
        while spare > 0, text.hasSuffix("0") {
            text.removeLast()
            spare -= 1
        }
        if text.hasSuffix(".") { text.removeLast() }
        let written = Wording.grouped(decimal: text).replacing("-", with: "\u{2212}")
        return magnitude.letter.isEmpty ? written : "\(written)\u{a0}\(magnitude.letter)"
    }

    private static func scaled(_ number: Quantity, to magnitude: Magnitude) -> Quantity {
        guard magnitude.exponent > 0 else {
            return Quantity(units: number.units * Quantity.powerOfTen(-magnitude.exponent))
        }
        let divisor = Quantity.powerOfTen(magnitude.exponent)
        let half = number.units < 0 ? -divisor / 2 : divisor / 2
        return Quantity(units: (number.units + half) / divisor)
    }
}
