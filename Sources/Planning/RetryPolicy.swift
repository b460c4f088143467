/// When a failed load task is tried again.
///
/// Attempt 1 fails → 1 s, then 5 s, 30 s, 2 min, 10 min for every further one; after
/// `maximumAttempts` errors the task has failed for good. Crashes of the worker have a budget of
/// their own, because an innocent task can be on a machine that dies: it waits 1 s after each of the
/// first three, then 5 s. Failures of the fleet's own servers have no budget: 1 s after the first, 5 s after
/// the next two, then 30 s, for as long as they last.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts that may end in an error before the task has failed.
    public var maximumAttempts: Int
    /// Deliveries that may end in the death of the worker before the task is set aside.
    public var maximumCrashes: Int

    /// How long sources that are not there are awaited.
    public var patience: SourcePatience

    /// Creates a policy; by default 5 attempts, 10 crashes.
    public init(
        maximumAttempts: Int = 5,
        maximumCrashes: Int = 10,
        patience: SourcePatience = SourcePatience()
    ) {
        self.maximumAttempts = maximumAttempts
        self.maximumCrashes = maximumCrashes
        self.patience = patience
    }

    /// The tier of delay before the attempt after `failures` failed ones; `nil` when none is left.
    public func tier(afterFailures failures: Int) -> RetryTier? {
        let tiers = RetryTier.allCases
        return failures < maximumAttempts ? tiers[min(max(failures, 1), tiers.count) - 1] : nil
    }

    /// The tier of delay after `crashes` deaths of workers; `nil` when the task is to be set aside.
    public func tier(afterCrashes crashes: Int) -> RetryTier? {
        // Nothing has to recover first, as after an error: a long wait would only hold up the load.
        guard crashes < maximumCrashes else { return nil }
        return crashes <= 3 ? .second : .fiveSeconds
    }

    /// The tier of delay after `outages` attempts that the fleet's own servers ended.
    public func tier(afterOutages outages: Int) -> RetryTier {
        // Every task waits for the same server: a longer wait would only hold up the load when it is back.
        switch outages {
        case ...1: .second
        case ...3: .fiveSeconds
        default: .halfMinute
        }
    }
}

/// A delay that has a queue of its own.
public enum RetryTier: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// One second.
    case second = 1
    /// Five seconds.
    case fiveSeconds = 5
    /// Thirty seconds.
    case halfMinute = 30
    /// Two minutes.
    case twoMinutes = 120
    /// Ten minutes.
    case tenMinutes = 600

    /// The delay.
    public var delay: Duration { .seconds(rawValue) }
    /// The delay in names and messages: `30s`.
    public var label: String { "\(rawValue)s" }

    /// The longest tier that is over when `time` is; the shortest when none is.
    public static func fitting(_ time: Duration) -> RetryTier {
        allCases.last { $0.delay <= time } ?? .second
    }

    /// The shortest tier that is not over before `time` is; the longest when all are.
    public static func covering(_ time: Duration) -> RetryTier {
        allCases.first { $0.delay >= time } ?? .tenMinutes
    }

    /// By delay.
    public static func < (one: RetryTier, other: RetryTier) -> Bool {
        one.rawValue < other.rawValue
    }
}
