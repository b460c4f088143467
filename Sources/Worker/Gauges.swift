import Planning
import Synchronization

/// The worker's account of itself, shared by its slots.
final class Gauges: Sendable {
    private struct State {
        var metrics: WorkerMetrics
        var running: [Int: TaskMessage] = [:]
        var free: Set<Int> = []
        var begun: [String: Int] = [:]
        var measures = TaskMeasures()
        var connectedSlots = 0
    }

    private let state: Mutex<State>

    init(slots: Int) {
        state = Mutex(State(metrics: WorkerMetrics(slots: slots)))
    }

    var metrics: WorkerMetrics { state.withLock { $0.metrics } }
    var measures: TaskMeasures { state.withLock { $0.measures } }

    /// The tasks that run now.
    var running: [LoadTaskID] {
        state.withLock { $0.running.sorted { $0.key < $1.key }.map(\.value.task) }
    }

    /// How many tasks of a pool run now.
    func running(of pool: String) -> Int {
        state.withLock { $0.running.values.count { $0.pool == pool } }
    }

    /// Whether some slot waits for a delivery.
    var hasFreeSlot: Bool { state.withLock { !$0.free.isEmpty } }

    /// How many deliveries of each pool the slots have begun.
    var begun: [String: Int] { state.withLock { $0.begun } }

    func update(_ change: (inout WorkerMetrics) -> Void) {
        state.withLock { change(&$0.metrics) }
    }

    /// How many slots have a connection to the warehouse, as far as they know: one that is lost shows with the next task.
    var connectedSlots: Int { state.withLock { $0.connectedSlots } }

    func changeConnectedSlots(by change: Int) {
        state.withLock { $0.connectedSlots += change }
    }

    func measure(_ change: (inout TaskMeasures) -> Void) {
        state.withLock { change(&$0.measures) }
    }

    func rest(slot: Int) {
        state.withLock { _ = $0.free.insert(slot) }
    }

    func begin(_ message: TaskMessage, slot: Int) {
        state.withLock { state in
            state.free.remove(slot)
            state.running[slot] = message
            state.begun[message.pool, default: 0] += 1
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
