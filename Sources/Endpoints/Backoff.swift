/// Growing pauses between tries to reach a server.
///
/// The pause doubles with every failure up to `longest`; then a random part of its upper half is
/// taken off, so that a fleet does not come back all at once.
public struct Backoff: Sendable, Hashable {
    /// The pause after the first failure.
    public var first: Duration
    /// The longest pause.
    public var longest: Duration

    /// Creates a backoff; by default from half a second to half a minute.
    public init(first: Duration = .milliseconds(500), longest: Duration = .seconds(30)) {
        self.first = first
        self.longest = longest
    }

    /// The pause after `failures` failures in a row; `jitter` is a random number in 0..<1.
    public func pause(afterFailures failures: Int, jitter: Double) -> Duration {
        let doublings = min(max(failures, 1), 32) - 1
        let full = min(first * (1 << doublings), longest)
        return full * (1 - jitter / 2)
    }
}
