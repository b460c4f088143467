import Planning
import Postgres

/// Where a load task stands, as people see it: what is published runs, waits for its next attempt, or is queued.
public enum TaskStage: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Committed.
    case done
    /// An attempt has begun, and is not known to have ended.
    case running
    /// Its next attempt has a time, after a failure or because its source is awaited.
    case retrying
    /// Published, and no worker has begun it.
    case queued
    /// Not published: its needs are not done.
    case waiting
    /// Failed for good.
    case failed
    /// Never run, because something it needs failed.
    case blocked
    /// Left to a newer load.
    case superseded
    /// Cancelled.
    case cancelled

    /// Whether something will still happen to the task.
    public var isOpen: Bool {
        switch self {
        case .running, .retrying, .queued, .waiting: true
        case .done, .failed, .blocked, .superseded, .cancelled: false
        }
    }

    /// The stage of a row `t` of `longshore.task`.
    static let sql: SQL = """
        case when t.state <> \(TaskState.published) then t.state
            when t.retry_at > clock_timestamp() then \(literal: TaskStage.retrying.rawValue)
            when t.begun_at is not null then \(literal: TaskStage.running.rawValue)
            else \(literal: TaskStage.queued.rawValue) end
        """

    /// The condition that a row `t` is in one of some stages.
    static func condition(_ stages: some Sequence<TaskStage>) -> SQL {
        let words = stages.map { "\(literal: $0.rawValue)" as SQL }
        return "\(sql) in (\(words.joined(separator: ", ")))"
    }
}
