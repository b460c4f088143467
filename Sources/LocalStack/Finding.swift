/// One thing that `longshore doctor` looked at.
public struct Finding: Sendable, Hashable {
    /// How it is.
    public enum Verdict: String, Sendable, Hashable {
        /// As it should be.
        case good
        /// The stack works, but something is not as it should be.
        case warning
        /// The stack cannot work like this.
        case problem
    }

    /// What was looked at, such as `redis-server`.
    public let subject: String
    /// How it is.
    public let verdict: Verdict
    /// What was found.
    public let detail: String
    /// What to do, when there is something to do.
    public let remedy: String?

    /// Something that is as it should be.
    public static func good(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, verdict: .good, detail: detail, remedy: nil)
    }

    /// Something that is not, and does not keep the stack from working.
    public static func warning(_ subject: String, _ detail: String, remedy: String) -> Finding {
        Finding(subject: subject, verdict: .warning, detail: detail, remedy: remedy)
    }

    /// Something that keeps it from working, and what to do.
    public static func problem(_ subject: String, _ detail: String, remedy: String) -> Finding {
        Finding(subject: subject, verdict: .problem, detail: detail, remedy: remedy)
    }
}
