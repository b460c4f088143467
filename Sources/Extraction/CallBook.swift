import Endpoints
import Pipelines
import Synchronization

/// What a process knows of the APIs that it asks, whichever task asks: when it has asked them, until when
/// they want to be left alone, and which tokens they have given.
final class CallBook: Sendable {
    /// An API, as seen by one of those who ask.
    struct Key: Hashable, Sendable {
        let url: String
        let identity: Secret
    }

    /// A token, and until when it holds.
    struct Token: Sendable {
        let value: Secret
        let end: ContinuousClock.Instant
    }

    /// How long a call has to wait, and for what.
    enum Pause: Sendable, Equatable {
        /// The API wants to be left alone.
        case quiet(Duration)
        /// As many calls were made as a rate allows.
        case rate(Duration)
    }

    private struct Entry {
        /// When it was asked, the oldest first.
        var calls: [ContinuousClock.Instant] = []
        var quietEnd: ContinuousClock.Instant?
        var token: Token?
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// Notes a call that may be made now.
    ///
    /// - Returns: `nil` when it may; else what it has to wait for, and nothing is noted.
    func pause(
        beforeCalling key: Key,
        rate: CallRate?,
        now: ContinuousClock.Instant = .now
    ) -> Pause? {
        entries.withLock { entries in
            var entry = entries[key, default: Entry()]
            defer { entries[key] = entry }
            if let end = entry.quietEnd, end > now { return .quiet(end - now) }
            guard let rate else { return nil }
            entry.calls.removeAll { now - $0 >= rate.span }
            if entry.calls.count >= rate.calls {
                let oldest = entry.calls[entry.calls.count - rate.calls]
                return .rate(rate.span - (now - oldest))
            }
            entry.calls.append(now)
            return nil
        }
    }

    /// Notes that it is not to be asked for a while.
    func leaveAlone(_ key: Key, for pause: Duration, now: ContinuousClock.Instant = .now) {
        entries.withLock { entries in
            let end = max(entries[key]?.quietEnd ?? now, now + pause)
            entries[key, default: Entry()].quietEnd = end
        }
    }

    /// A token that still holds.
    func token(of key: Key, now: ContinuousClock.Instant = .now) -> Secret? {
        entries.withLock { entries in
            entries[key]?.token.flatMap { $0.end > now ? $0.value : nil }
        }
    }

    /// Keeps a token.
    func keep(_ token: Token, for key: Key) {
        entries.withLock { $0[key, default: Entry()].token = token }
    }

    /// Forgets a token that was refused; another that there is meanwhile stays.
    func forget(_ token: Secret, of key: Key) {
        entries.withLock { entries in
            guard entries[key]?.token?.value == token else { return }
            entries[key]?.token = nil
        }
    }
}
