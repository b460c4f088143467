public import Endpoints

/// How often a store is asked again, and after which pauses.
public struct Patience: Sendable {
    /// How often the same is asked in all.
    public var tries: Int
    /// The pauses between.
    public var backoff: Backoff
    /// The longest pause that a store may ask for here; for a longer one the caller comes back.
    public var longestWish: Duration
    /// How one waits.
    public var wait: @Sendable (Duration) async throws -> Void

    /// By default five tries, and pauses from a fifth of a second to ten seconds.
    public init(
        tries: Int = 5,
        backoff: Backoff = Backoff(first: .milliseconds(200), longest: .seconds(10)),
        longestWish: Duration = .seconds(30),
        wait: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.tries = tries
        self.backoff = backoff
        self.longestWish = longestWish
        self.wait = wait
    }

    /// Waits after a failure, when another try may help; `failures` is how often it has failed in a row.
    ///
    /// - Throws: the failure, when it is the last word.
    func pause(
        after error: ObjectStorageError,
        failures: Int
    ) async throws(ObjectStorageError) {
        let wish = error.retryAfter ?? .zero
        guard error.isRetryable, failures < tries, wish <= longestWish else { throw error }
        let pause = backoff.pause(afterFailures: failures, jitter: .random(in: 0..<1))
        do {
            try await wait(max(pause, wish))
        } catch {
            throw ObjectStorageError(.cancelled, "waiting for an object store: it was cancelled")
        }
    }
}
