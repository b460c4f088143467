/// A seeded generator of random numbers: the same seed gives the same numbers on every machine.
///
/// SplitMix64, https://prng.di.unimi.it/splitmix64.c. Everything made from it here is integer
/// arithmetic, so that no library's rounding can show in the files.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator of `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// A generator for one thing of many, independent of the others.
    public init(seed: UInt64, stream: String, index: Int = 0) {
        var mixed = SplitMix64(seed: seed)
        var hash = mixed.next()
        for byte in stream.utf8 { hash = SplitMix64.mix(hash ^ UInt64(byte)) }
        state = SplitMix64.mix(hash ^ UInt64(truncatingIfNeeded: index))
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mix(state)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number from 0 to `limit - 1`; 0 when `limit` is not positive.
    public mutating func below(_ limit: Int) -> Int {
        guard limit > 0 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// True in `share` of 10,000 cases.
    mutating func chance(_ share: Int) -> Bool {
        below(10_000) < share
    }

    /// One of `choices`, which is not empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[below(choices.count)]
    }

    /// The index of one of `weights`, each as likely as it is heavy.
    mutating func index(weighted weights: [Int]) -> Int {
        var rest = below(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if rest < weight { return index }
            rest -= weight
        }
        return 0
    }
}
