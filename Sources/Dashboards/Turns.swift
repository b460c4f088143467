import Synchronization

/// Counts, so that callers take turns.
final class Turns: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count = (count + 1) & 0xFFFF
            return count
        }
    }
}
