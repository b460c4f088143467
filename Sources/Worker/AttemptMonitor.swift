import Latches
import Pipelines
import Planning
import Synchronization

/// What an attempt tells of itself while it runs: rows, bytes, and whether it waits for its source.
final class AttemptMonitor: StepObserver {
    private struct State {
        /// What was read since the attempt began, or began once more.
        var rows = 0
        var bytes = 0
        /// What was told of that.
        var told = (rows: 0, bytes: 0)
        /// The most bytes that were told.
        var mostTold = 0
        var expected: ExpectedInputs?
        var limits: TimeLimits
        /// Counts what the source has given.
        var answers = 0
        var isWaiting = false
        var measure = AttemptMeasure()
    }

    private let observer: any StepObserver
    private let state: Mutex<State>
    /// Opens when the attempt knows its limits.
    let limitsKnown = Latch()

    /// A monitor that passes steps on; `limits` are for what the definition does not say.
    init(_ observer: any StepObserver, limits: TimeLimits) {
        self.observer = observer
        state = Mutex(State(limits: limits))
    }

    var limits: TimeLimits { state.withLock { $0.limits } }

    /// What is loaded; `nil` until the attempt knows it.
    var subject: TaskMeasures.Subject? { state.withLock { $0.measure.subject } }

    /// How many answers the source has given while it is waited for; `nil` while nobody waits.
    var answersAwaited: Int? { state.withLock { $0.isWaiting ? $0.answers : nil } }

    func reached(_ step: Step) {
        state.withLock { state in
            state.measure.reached(step, at: .now)
            if step == .begun { (state.rows, state.bytes) = (0, 0) }
        }
        observer.reached(step)
    }

    func began(_ table: String, of pipeline: String, within limits: Limits) {
        state.withLock { state in
            state.measure.subject = TaskMeasures.Subject(pipeline: pipeline, table: table)
            state.limits.idle = limits.idle ?? state.limits.idle
            state.limits.total = limits.total ?? state.limits.total
        }
        limitsKnown.open()
    }

    func waits(forSource isWaiting: Bool) {
        state.withLock { state in
            state.isWaiting = isWaiting
            if !isWaiting { state.answers += 1 }
        }
    }

    func expects(_ inputs: ExpectedInputs) {
        state.withLock { $0.expected = inputs }
    }

    func progressed(rows: Int, bytes: Int) {
        state.withLock { state in
            state.rows += rows
            state.bytes += bytes
        }
    }

    /// What it will read, once that is known.
    var expected: ExpectedInputs? { state.withLock { $0.expected } }

    /// What was measured until now, which is the attempt's end.
    func measure() -> AttemptMeasure {
        state.withLock { state in
            state.measure.end(at: .now)
            return state.measure
        }
    }

    /// Rows and bytes since they were last taken: less than none where the attempt has begun once more.
    ///
    /// - Returns: Also how many of the bytes were never told before.
    func take() -> (rows: Int, bytes: Int, newBytes: Int) {
        state.withLock { state in
            let (rows, bytes, most) = (state.rows, state.bytes, max(state.bytes, state.mostTold))
            defer { (state.told, state.mostTold) = ((rows, bytes), most) }
            return (rows - state.told.rows, bytes - state.told.bytes, most - state.mostTold)
        }
    }
}
