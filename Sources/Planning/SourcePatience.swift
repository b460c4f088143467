/// That an attempt did not find its source: a file, a folder, a variable, a server that takes connections.
///
/// It says little of the task: another worker may have it, or it comes later. So it is waited for, and no
/// attempt is counted.
public struct Absence: Sendable, Hashable, Codable {
    /// What is not there.
    public var kind: Kind
    /// How long the definition wants it awaited (`wait: { for: 2 h }`); `nil` when it does not say.
    public var patience: Duration?
    /// How long the source wants to be left alone; `nil` when it does not say.
    public var pause: Duration?

    /// The kinds of sources, which come back in their own time.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A file, its folder, or the variable that names it.
        case files
        /// A database that refuses connections, or the variable that names it.
        case database
        /// An API that has been asked as often as it allows.
        case quota
    }

    /// Creates an absence.
    public init(_ kind: Kind, patience: Duration? = nil, pause: Duration? = nil) {
        self.kind = kind
        self.patience = patience
        self.pause = pause
    }
}

/// How long sources that are not there are awaited where the definition does not say it, and how often it is
/// tried meanwhile.
///
/// After each of the first five attempts 1 s, after each of the next ten 5 s, after the next fifteen
/// 30 s, then 2 min: quick at first, because of two workers one may lack the folder, and attempts
/// are dealt to both. A source that says how long it wants to be left alone is tried again then. The last
/// attempt is made when the patience ends.
public struct SourcePatience: Sendable, Hashable {
    /// Files: a minute, in which sixteen attempts fit.
    public var files: Duration
    /// Databases: ten minutes, in which a server is restarted.
    public var database: Duration
    /// APIs that have been asked as often as they allow: a day, after which the widest limits begin anew.
    public var quota = Duration.seconds(86_400)

    /// Creates a patience; by default a minute for files and ten for databases.
    public init(files: Duration = .seconds(60), database: Duration = .seconds(600)) {
        self.files = files
        self.database = database
    }

    /// How long `absence` is awaited.
    public func limit(of absence: Absence) -> Duration {
        if let patience = absence.patience { return patience }
        if absence.kind == .quota { return quota }
        return absence.kind == .files ? files : database
    }

    /// The delay before the attempt after `attempts` that did not find the source, the first of them
    /// `waited` ago; `nil` when it has been awaited long enough.
    public func tier(after attempts: Int, waited: Duration, of absence: Absence) -> RetryTier? {
        let left = limit(of: absence) - waited
        guard left > .zero else { return nil }
        if let pause = absence.pause { return .fitting(min(pause, left)) }
        let tier: RetryTier =
            switch attempts {
            case ...5: .second
            case ...15: .fiveSeconds
            case ...30: .halfMinute
            default: .twoMinutes
            }
        return min(tier, .fitting(left))
    }

    /// How long after the attempt the next one is due, whose message comes back after `tier`: no later than
    /// the patience ends.
    public func delay(of absence: Absence, in tier: RetryTier, waited: Duration) -> Duration {
        guard let pause = absence.pause else { return tier.delay }
        return max(tier.delay, min(pause, limit(of: absence) - waited))
    }
}
