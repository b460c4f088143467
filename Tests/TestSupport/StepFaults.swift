public import Planning
import Synchronization

/// An observer that remembers every step, and does something at one of them.
public final class StepFaults: StepObserver {
    private struct State {
        var steps: [Step] = []
        var actions: [Step: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// An observer that only remembers.
    public init() {}

    /// The steps so far.
    public var steps: [Step] { state.withLock { $0.steps } }

    /// Does `action` the next time that `step` is reached.
    public func once(at step: Step, _ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.actions[step] = action }
    }

    /// Remembers the step.
    public func reached(_ step: Step) {
        let action = state.withLock { state in
            state.steps.append(step)
            return state.actions.removeValue(forKey: step)
        }
        action?()
    }
}
