import Foundation
import Pipelines
package import Planning
import Synchronization

/// Does something when an attempt first reaches a step, and lets the attempt wait for it.
///
/// The attempt's thread is blocked meanwhile, as a slow machine would: `body` must not need it.
package final class At: StepObserver {
    private let step: Step
    private let body: @Sendable () async throws -> Void
    private let isDone = Atomic(false)

    package init(_ step: Step, _ body: @escaping @Sendable () async throws -> Void) {
        self.step = step
        self.body = body
    }

    package func reached(_ step: Step) {
        guard step == self.step, !isDone.exchange(true, ordering: .relaxed) else { return }
        let finished = DispatchSemaphore(value: 0)
        Task { [body] in
            try? await body()
            finished.signal()
        }
        finished.wait()
    }
}
