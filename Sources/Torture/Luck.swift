import SampleData
import Synchronization

/// Random numbers of one case: the same seed gives the same ones.
final class Luck: RandomNumberGenerator, Sendable {
    private let generator: Mutex<SplitMix64>

    init(seed: UInt64, stream: String) {
        generator = Mutex(SplitMix64(seed: seed, stream: stream))
    }

    func next() -> UInt64 { generator.withLock { $0.next() } }

    /// A number of `range`.
    func number(in range: Range<Int>) -> Int {
        range.lowerBound + generator.withLock { $0.below(range.count) }
    }

    /// A time of `range`, in milliseconds.
    func time(in range: Range<Int>) -> Duration { .milliseconds(number(in: range)) }
}
