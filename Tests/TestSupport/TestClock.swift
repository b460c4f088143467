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

    private typealias Action = @Sendable (_ isCancelled: Bool) -> Void

    private struct Entry {
        var deadline: Instant
        var ticket: Int

        func isLater(than other: Entry) -> Bool {
            if deadline.offset == other.deadline.offset { return ticket > other.ticket }
            return deadline.offset > other.deadline.offset
        }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastTicket = 0
        /// What is due when, the next one last; those without an action were cancelled.
        private var entries: [Entry] = []
        private var actions: [Int: Action] = [:]

        mutating func add(_ action: @escaping Action, deadline: Instant, ticket: Int) {
            let entry = Entry(deadline: deadline, ticket: ticket)
            var range = entries.startIndex..<entries.endIndex
            while !range.isEmpty {
                let middle = (range.lowerBound + range.upperBound) / 2
                if entries[middle].isLater(than: entry) {
                    range = (middle + 1)..<range.upperBound
                } else {
                    range = range.lowerBound..<middle
                }
            }
            entries.insert(entry, at: range.lowerBound)
            actions[ticket] = action
        }

        mutating func cancel(_ ticket: Int) -> Action? { actions.removeValue(forKey: ticket) }

        mutating func takeNext(notAfter limit: Instant?) -> Action? {
            while let entry = entries.last {
                if let limit, entry.deadline > limit { return nil }
                entries.removeLast()
                guard let action = actions.removeValue(forKey: entry.ticket) else { continue }
                now = max(now, entry.deadline)
                return action
            }
            return nil
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
                let wake: Action = { isCancelled in
                    if isCancelled {
                        wakeUp.resume(throwing: CancellationError())
                    } else {
                        wakeUp.resume()
                    }
                }
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.add(wake, deadline: deadline, ticket: ticket)
                    return false
                }
                if isCancelled { wake(true) }
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket) }?(true)
        }
    }

    /// Calls `action` when the clock has moved by `delay`.
    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) {
        let ticket = newTicket()
        state.withLock { state in
            let deadline = state.now.advanced(by: delay)
            state.add({ _ in action() }, deadline: deadline, ticket: ticket)
        }
    }

    /// Moves the clock, waking what is due on the way.
    public func advance(by duration: Duration) {
        let end = now.advanced(by: duration)
        while let action = state.withLock({ $0.takeNext(notAfter: end) }) { action(false) }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Moves the clock to the next moment at which something is due; `false` when nothing is.
    func advanceToNextTimer() -> Bool {
        guard let action = state.withLock({ $0.takeNext(notAfter: nil) }) else { return false }
        action(false)
        return true
    }

    private func newTicket() -> Int {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }
}
