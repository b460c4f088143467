/// Remembers that a server failed, so that for a moment nobody waits for it.
///
/// The moment is 0.1 s after the first failure and doubles with each further one up to 5 s, times a
/// random factor from 0.5 to 1, so that many clients do not come back at once.
struct CircuitBreaker {
    private let shortestPause: Duration
    private let longestPause: Duration
    private var failures = 0
    private var lastFailure: (error: RedisError, retryAt: ContinuousClock.Instant)?

    init(shortestPause: Duration = .milliseconds(100), longestPause: Duration = .seconds(5)) {
        self.shortestPause = shortestPause
        self.longestPause = longestPause
    }

    /// Why a call is refused now; `nil` when it may go on.
    func refusal(at now: ContinuousClock.Instant = .now) -> RedisError? {
        guard let lastFailure, now < lastFailure.retryAt else { return nil }
        return lastFailure.error.repeated(untriedFor: lastFailure.retryAt - now)
    }

    mutating func recordFailure(
        _ error: RedisError,
        at now: ContinuousClock.Instant = .now,
        jitter: Double = .random(in: 0.5...1)
    ) {
        let pause = min(shortestPause * (1 << min(failures, 16)), longestPause)
        failures += 1
        lastFailure = (error, now + pause * jitter)
    }

    mutating func recordSuccess() {
        failures = 0
        lastFailure = nil
    }
}
