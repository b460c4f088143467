/// Who does something, and by what.
public struct ActionAuthor: Sendable, Hashable {
    /// By what somebody acts.
    public enum Means: String, Sendable, Hashable, Codable, CaseIterable {
        case console
        case commandLine = "command line"
        case coordinator
    }

    /// The person: `ana`, `ana@host`.
    public let name: String
    /// What they may, as the console has it; the login at Postgres where it is `nil`.
    public let role: String?
    /// By what they act.
    public let means: Means

    /// Somebody.
    public init(name: String, role: String? = nil, by means: Means) {
        self.name = name
        self.role = role
        self.means = means
    }
}

/// What people do to the ledger.
public enum ActionVerb: String, Sendable, Hashable, Codable, CaseIterable {
    case load
    case apply
    case replay
    case retry
    case cancel
    case pause
    case resume
    case add
    case close
    case reopen
    case waive
    case prune
    case retryExport = "retry export"
    case dropExport = "drop export"
    case putSchedule = "put schedule"
    case pauseSchedule = "pause schedule"
    case resumeSchedule = "resume schedule"
    case runSchedule = "run schedule"
    case dropSchedule = "drop schedule"
}
