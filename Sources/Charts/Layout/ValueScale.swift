/// A y axis: round numbers at equal distances, and where values lie between them.
struct ValueScale: Sendable {
    /// From the lowest to the highest.
    let ticks: [Quantity]

    var low: Quantity { ticks.first ?? .zero }
    var high: Quantity { ticks.last ?? .zero }

    /// An axis that holds all numbers from `low` to `high`.
    ///
    /// - Parameters:
    ///   - low: The lowest number.
    ///   - high: The highest number.
    ///   - intervals: How many distances between ticks there may be; at least two.
    ///   - smallest: The smallest distance of ticks.
    init(from low: Quantity, to high: Quantity, intervals: Int, smallest: Quantity) {
        guard low < high else {
            ticks = [low]
            return
        }
        let most = Int128(max(intervals, 2))
        var step = smallest.units
        for candidate in Self.steps
        where candidate >= smallest.units {
            step = candidate
            let count = Self.ceiling(high.units, candidate) - Self.floor(low.units, candidate)
            if count <= most { break }
        }
        let first = Self.floor(low.units, step)
        let last = Self.ceiling(high.units, step)
        ticks = (0...Int(last - first)).map { Quantity(units: (first + Int128($0)) * step) }
    }

    /// 1, 2, 2.5, 5, 10, 20, … of the smallest unit.
    private static let steps: [Int128] = (0...37)
        .flatMap { exponent in
            let power = Quantity.powerOfTen(exponent)
            return exponent == 0 ? [1, 2, 5] : [power, power * 2, power / 2 * 5, power * 5]
        }

    private static func floor(_ number: Int128, _ step: Int128) -> Int128 {
        number >= 0 || number % step == 0 ? number / step : number / step - 1
    }

    private static func ceiling(_ number: Int128, _ step: Int128) -> Int128 {
        -floor(-number, step)
    }

    /// Where a number lies: 0 at the lowest tick, 1 at the highest.
    func position(of number: Quantity) -> Double {
        guard low < high else { return 0 }
        return Double(number.units - low.units) / Double(high.units - low.units)
    }
}
