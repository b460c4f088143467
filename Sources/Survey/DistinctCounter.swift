/// Counts distinct values by their hashes: exactly up to a bound, then by estimate.
///
/// The estimate is HyperLogLog's (Flajolet, Fusy, Gandouet, Meunier 2007) with 16,384 registers: its
/// standard error is 0.8 %.
struct DistinctCounter {
    private static let indexBits = 14
    private static let registerCount = 1 << indexBits

    private let bound: Int
    /// The hashes, while they are counted exactly.
    private(set) var hashes: Set<UInt64>? = []
    private var registers: [UInt8] = []

    /// Counts exactly up to `bound` values.
    init(bound: Int) {
        self.bound = bound
    }

    /// Whether the count is exact.
    var isExact: Bool { hashes != nil }

    /// The number of distinct values, or its estimate.
    var count: Int { hashes?.count ?? estimate }

    /// Takes a value's hash, whose bits are well mixed.
    mutating func insert(_ hash: UInt64) {
        guard hashes != nil else { return register(hash) }
        hashes?.insert(hash)
        guard let all = hashes, all.count > bound else { return }
        registers = Array(repeating: 0, count: Self.registerCount)
        for hash in all { register(hash) }
        hashes = nil
    }

    private mutating func register(_ hash: UInt64) {
        let index = Int(hash >> (64 - Self.indexBits))
        let rest = hash << Self.indexBits | 1 << (Self.indexBits - 1)
        registers[index] = max(registers[index], UInt8(rest.leadingZeroBitCount + 1))
    }

    private var estimate: Int {
        let count = Double(Self.registerCount)
        let sum = registers.reduce(0.0) { $0 + 1 / Double(1 << UInt64($1)) }
        let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
        let zeros = registers.count { $0 == 0 }
        // Few values: counting the empty registers is closer.
        let linear = zeros > 0 && raw <= 2.5 * count
        return Int((linear ? count * Self.logarithm(count / Double(zeros)) : raw).rounded())
    }

    /// The natural logarithm of a number of at least 1, by its series: this module needs no more.
    private static func logarithm(_ value: Double) -> Double {
        let exponent = value.exponent
        let ratio = (value.significand - 1) / (value.significand + 1)
        var term = ratio
        var sum = 0.0
        for step in 0..<30 {
            sum += term / Double(2 * step + 1)
            term *= ratio * ratio
        }
        return 2 * sum + Double(exponent) * 0.693_147_180_559_945_3
    }
}
