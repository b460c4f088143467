package import Planning
package import Postgres

extension LoadTaskID {
    /// The condition that a row of `longshore.task` is the task's.
    package var isRow: SQL { "load_id = \(load) and ordinal = \(ordinal)" }

    /// The same of a task to which something will still happen.
    var isOpenRow: SQL { "\(isRow) and state in (\(TaskState.open))" }
}
