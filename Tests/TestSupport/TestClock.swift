import Synchronization

/// A clock that moves only when it is told to: by a test, or by a ``Simulation``.
public final class TestClock: Clock, Sendable {
    /// A moment, counted from the clock's creation.
    public struct Instant: InstantProtocol, Hashable, Sendable {
        /// The time since the clock's creation.
        public var offset: Duration

        /// The moment `duration` later.
        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time from here to `other`.
        public func duration(to other: Instant) -> Duration { other.offset - offset }

        /// The earlier of two moments.
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Timer {
        var deadline: Instant
        var action: @Sendable (_ isCancelled: Bool) -> Void
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastTicket = 0
        var timers: [Int: Timer] = [:]

        mutating func add(_ timer: Timer, ticket: Int) { timers[ticket] = timer }

        mutating func takeNext(notAfter limit: Instant?) -> Timer? {
            let next = timers.min { left, right in
                (left.value.deadline, left.key) < (right.value.deadline, right.key)
            }
            guard let next, limit.map({ next.value.deadline <= $0 }) ?? true else { return nil }
            now = max(now, next.value.deadline)
            return timers.removeValue(forKey: next.key)
        }
    }

    private let state = Mutex(State())

    /// Creates a clock at zero.
    public init() {}

    /// The moment it shows.
    public var now: Instant { state.withLock { $0.now } }
    /// It has no smallest step.
    public var minimumResolution: Duration { .zero }

    /// Suspends until the clock is moved to `deadline`.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let ticket = newTicket()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (wakeUp: CheckedContinuation<Void, any Error>) in
                let timer = Timer(deadline: deadline) { isCancelled in
                    if isCancelled {
                        wakeUp.resume(throwing: CancellationError())
                    } else {
                        wakeUp.resume()
                    }
                }
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.add(timer, ticket: ticket)
                    return false
                }
                if isCancelled { timer.action(true) }
            }
        } onCancel: {
            state.withLock { $0.timers.removeValue(forKey: ticket) }?.action(true)
        }
    }

    /// Calls `action` when the clock has moved by `delay`.
    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) {
        let ticket = newTicket()
        state.withLock { state in
            let deadline = state.now.advanced(by: delay)
            state.add(Timer(deadline: deadline) { _ in action() }, ticket: ticket)
        }
    }

    /// Moves the clock, waking what is due on the way.
    public func advance(by duration: Duration) {
        let end = now.advanced(by: duration)
        while let timer = state.withLock({ $0.takeNext(notAfter: end) }) { timer.action(false) }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Moves the clock to the next moment at which something is due; `false` when nothing is.
    func advanceToNextTimer() -> Bool {
        guard let timer = state.withLock({ $0.takeNext(notAfter: nil) }) else { return false }
        timer.action(false)
        return true
    }

    private func newTicket() -> Int {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }
}
