/// Pauses between attempts: each about twice the last, with jitter so that a fleet does not return
/// all at once.
struct Backoff {
    private static let first: Duration = .milliseconds(100)
    static let longest: Duration = .seconds(10)
    private var ceiling = Self.first

    /// The next pause: a random time from half the ceiling to the ceiling; the ceiling doubles to 10 s.
    mutating func next() -> Duration {
        defer { ceiling = min(ceiling * 2, Self.longest) }
        return ceiling * Double.random(in: 0.5...1)
    }
}
