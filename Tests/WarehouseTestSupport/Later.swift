package import Planning
import Synchronization

/// An attempt that goes on beside another one.
package final class Later: Sendable {
    private let task = Mutex<Task<TaskOutcome, Never>?>(nil)

    package init() {}

    package func start(_ body: @escaping @Sendable () async -> TaskOutcome) {
        let started = Task { await body() }
        task.withLock { $0 = started }
    }

    /// What came of it; `nil` when it was never started.
    package var outcome: TaskOutcome? {
        get async { await task.withLock { $0 }?.value }
    }
}
