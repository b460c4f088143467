import Words

/// How long a load has waited for workers: what its display says about it.
///
/// A load whose workers are elsewhere waits for as long as there is none. That is no error, for one may
/// come; but somebody who watches should know what the load waits for.
public struct WorkerAbsence: Sendable {
    private let patience: Duration
    private let interval: Duration
    /// Since when there has been no worker, and what was done then.
    private var began: (at: Duration, settled: Int)?
    private var told: Duration?

    /// - Parameters:
    ///   - patience: how long there has to be none before it is told.
    ///   - interval: when it is told again.
    public init(patience: Duration = .seconds(5), interval: Duration = .seconds(60)) {
        self.patience = patience
        self.interval = interval
    }

    /// What to say now.
    ///
    /// - Parameters:
    ///   - workers: how many are registered.
    ///   - settled: how many tasks of the load are over. Where it grows somebody works, though the
    ///     registry may not know: it is only a guess.
    ///   - now: time since any fixed moment.
    /// - Returns: `nil` to leave things as they are; an empty text to take back what was said.
    public mutating func notice(workers: Int, settled: Int, now: Duration) -> String? {
        guard workers == 0, settled == began?.settled ?? settled else {
            defer { (began, told) = (nil, nil) }
            return told == nil ? nil : ""
        }
        guard let began else {
            began = (now, settled)
            return nil
        }
        let waited = now - began.at
        guard waited >= patience, told.map({ now - $0 >= interval }) ?? true else { return nil }
        told = now
        return
            "no worker has been registered for \(DurationWords.measured(seconds: (waited / .seconds(1)).rounded())): the load waits for "
            + "one: longshore worker"
    }
}
