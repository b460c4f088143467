internal import Planning
import Synchronization

/// What a worker has done since it started, and what it does now.
public struct WorkerMetrics: Sendable, Hashable {
    /// How load tasks ended.
    public enum Result: String, Sendable, Hashable, CaseIterable {
        /// Committed by this worker.
        case loaded
        /// Found committed already.
        case alreadyDone
        /// Left to a newer load.
        case superseded
        /// Another attempt held the task.
        case busy
        /// Failed, to be tried again.
        case retried
        /// Failed for good and set aside.
        case setAside
        /// The task or its load was cancelled.
        case cancelled
        /// Put off, because somebody has paused it.
        case paused
        /// Failed for good already, by the ledger.
        case settled
        /// Given back to the queue.
        case givenBack
    }

    /// Deliveries by how they ended.
    public internal(set) var results: [Result: Int] = [:]
    /// Rows read by committed tasks.
    public internal(set) var rowsRead = 0
    /// Deaths of workers that this worker recorded.
    public internal(set) var crashesRecorded = 0
    /// How many slots there are.
    public internal(set) var slots: Int
    /// How many of them run a load task.
    public internal(set) var busySlots = 0
    /// How many of them were cancelled and have not come back yet: their work ignores cancellation.
    public internal(set) var stuckSlots = 0
    /// How many of them have been given up: the worker ends because of them.
    public internal(set) var abandonedSlots = 0
    /// How many of them have no connection to the warehouse.
    public internal(set) var disconnectedSlots = 0
    /// How often the worker got nothing although its queues had messages, and reconnected.
    public internal(set) var stalls = 0
}

/// The worker's account of itself, shared by its slots.
final class Gauges: Sendable {
    private struct State {
        var metrics: WorkerMetrics
        var running: [Int: LoadTaskID] = [:]
        var begun = 0
    }

    private let state: Mutex<State>

    init(slots: Int) {
        state = Mutex(State(metrics: WorkerMetrics(slots: slots)))
    }

    var metrics: WorkerMetrics { state.withLock { $0.metrics } }

    /// The tasks that run now.
    var running: [LoadTaskID] {
        state.withLock { $0.running.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// How many deliveries the slots have begun.
    var begun: Int { state.withLock { $0.begun } }

    func update(_ change: (inout WorkerMetrics) -> Void) {
        state.withLock { change(&$0.metrics) }
    }

    func begin(_ task: LoadTaskID, slot: Int) {
        state.withLock { state in
            state.running[slot] = task
            state.begun += 1
            state.metrics.busySlots += 1
        }
    }

    func end(slot: Int, result: WorkerMetrics.Result) {
        state.withLock { state in
            state.running[slot] = nil
            state.metrics.busySlots -= 1
            state.metrics.results[result, default: 0] += 1
        }
    }
}
