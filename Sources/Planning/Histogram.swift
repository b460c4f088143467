/// How many values there were up to each of some bounds, and their sum: a histogram as Prometheus has it.
public struct Histogram: Sendable, Hashable {
    /// The bounds of seconds that tasks take, from a tenth of a second to an hour.
    public static let taskSeconds: [Double] = [
        0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600,
    ]

    /// Upper bounds, ascending; what is above the last one is counted, too.
    public let bounds: [Double]
    /// How many values are in each bound and in none before it; the last one counts those above all bounds.
    public private(set) var counts: [Int]
    /// The sum of all values.
    public private(set) var sum = 0.0

    /// Without a value.
    public init(bounds: [Double] = taskSeconds) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    /// Counts a value.
    public mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}
