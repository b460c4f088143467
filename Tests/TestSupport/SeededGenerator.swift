import Synchronization

/// SplitMix64: the same random numbers for the same seed, everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator of `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Seeded luck that several twins share.
public final class Dice: Sendable {
    private let generator: Mutex<SeededGenerator>

    /// Dice of `seed`.
    public init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// A number in 0..<1.
    public func fraction() -> Double {
        generator.withLock { Double.random(in: 0..<1, using: &$0) }
    }

    /// Whether something of this probability happens.
    public func happens(_ probability: Double) -> Bool {
        probability > 0 && fraction() < probability
    }

    /// A number of `range`.
    public func number(in range: Range<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }
}
