import Planning

/// How many tasks a load has at the workers of a pool at a time.
///
/// Workers take tasks in the order in which they were published. A load that publishes all it has makes those who come after it
/// wait for all of it. So each publishes what the pool's slots take at once, half as much again, by which a queue is seen to be
/// longer than its workers, and what they do in ``ahead``, so that no slot waits for the next message (Little's law).
///
/// Where nobody knows the slots, as while Redis is away, a load publishes as much as before.
public struct ShareRule: Sendable, Hashable {
    /// For how long published tasks are to last.
    public var ahead: Duration

    /// Creates a rule; the default is the one of production.
    public init(ahead: Duration = .milliseconds(250)) {
        self.ahead = ahead
    }

    /// The windows of pools, by their names.
    ///
    /// - Parameters:
    ///   - workers: who is there.
    ///   - rates: how many of the load's tasks have ended in a second, by pool.
    /// - Returns: those of pools whose slots are known.
    func windows(for workers: [WorkerPresence], rates: [String: Double]) -> [String: Int] {
        var slots: [String: Int] = [:]
        for worker in workers {
            // A version that does not tell its pools may take from any.
            guard let pools = worker.pools else { return [:] }
            let shares = worker.shares ?? SlotShares.divide(worker.slots, among: pools)
            slots.merge(shares, uniquingKeysWith: +)
        }
        return slots.reduce(into: [:]) { windows, pool in
            let ahead = (rates[pool.key] ?? 0) * (self.ahead / .seconds(1))
            windows[pool.key] = (pool.value * 3 + 1) / 2 + Int(ahead)
        }
    }
}

/// How many tasks of a pipeline with a limit may run at once.
///
/// Workers see to it that no more do. Here its loads agree on who publishes how many, so that few come in vain.
enum ConcurrencyShare {
    /// A load's part of a limit.
    ///
    /// - Parameters:
    ///   - limit: How many tasks of all the loads may run at once.
    ///   - load: Whose part it is.
    ///   - loads: Those that divide it; the first of them get what cannot be divided.
    /// - Returns: 1 at least, so that every load goes on.
    static func of(_ limit: Int, for load: Int64, among loads: [Int64]) -> Int {
        let (part, rest) = limit.quotientAndRemainder(dividingBy: max(1, loads.count))
        let place = loads.firstIndex(of: load) ?? loads.count
        return max(1, part + (place < rest ? 1 : 0))
    }
}

/// How fast the tasks of a load end.
struct TaskPace<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private var ended: [String: Int] = [:]
    private var time: Instant?

    /// Notes how many tasks of each pool have ended by now.
    ///
    /// - Returns: how many have ended in a second since the last time, by pool.
    mutating func note(_ ended: [String: Int], at now: Instant) -> [String: Double] {
        defer { (self.ended, time) = (ended, now) }
        guard let time, time < now else { return [:] }
        let seconds = time.duration(to: now) / .seconds(1)
        let before = self.ended
        return Dictionary(
            uniqueKeysWithValues: ended.map { pool, count in
                (pool, Double(max(0, count - (before[pool] ?? 0))) / seconds)
            }
        )
    }
}
