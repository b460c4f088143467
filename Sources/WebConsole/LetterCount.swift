import Planning
import Synchronization

/// How many dead letters there were when the broker was asked last.
///
/// Pages do not wait for the broker: it is asked beside them, once a minute at most.
final class LetterCount: Sendable {
    private static let pause = Duration.seconds(60)

    private struct Known {
        var count: Int?
        var asked: ContinuousClock.Instant?
    }

    private let known = Mutex(Known())

    /// The number as far as it is known.
    ///
    /// - Parameter ask: Asks the broker, which may fail.
    /// - Returns: `nil` before the broker has answered, and where it did not answer last.
    func count(asking ask: @escaping @Sendable () async throws -> Int) -> Int? {
        let now = ContinuousClock.now
        let (count, isDue) = known.withLock { known in
            let isDue = known.asked.map { now - $0 > Self.pause } ?? true
            if isDue { known.asked = now }
            return (known.count, isDue)
        }
        if isDue {
            Task {
                let count = try? await ask()
                known.withLock { $0.count = count }
            }
        }
        return count
    }
}
