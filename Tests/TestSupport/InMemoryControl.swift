public import Planning
import Synchronization

/// What people order: the twin of the commands.
extension InMemoryWarehouse {
    /// Cancels a load: its tasks that no attempt holds are cancelled at once.
    public func cancel(_ load: Int64) {
        state.withLock { state in
            guard var row = state.loads[load], !row.record.state.isFinal else { return }
            row.record.state = .cancelled
            row.expiry = nil
            state.orders[load, default: Interventions()].isCancelled = true
            for task in row.tasks.indices where row.tasks[task].isFree {
                row.tasks[task].state = .cancelled
            }
            state.loads[load] = row
        }
    }

    /// Cancels a task of a running load.
    public func cancel(_ task: LoadTaskID) {
        state.withLock { state in
            guard let load = state.loads[task.load], !load.record.state.isFinal,
                !load.tasks[task.ordinal].state.isFinal
            else { return }
            state.orders[task.load, default: Interventions()].cancelled.insert(task.ordinal)
            state.loads[task.load]?.restsUntil = nil
            guard load.tasks[task.ordinal].isFree else { return }
            state.loads[task.load]?.tasks[task.ordinal].state = .cancelled
        }
    }

    /// Pauses a task, or a load when no `task` is given.
    public func pause(_ load: Int64, task: Int? = nil, _ pause: Interventions.Pause) {
        state.withLock { state in
            state.orders[load, default: Interventions()].add(pause, of: task)
            guard task == nil else { return }
            state.orders[load]?.pausedBy = Interventions.PausedBy(
                target: String(load),
                person: "test"
            )
        }
    }

    /// Ends every pause of a load and its tasks.
    public func resume(_ load: Int64) {
        state.withLock { state in
            let orders = state.orders[load] ?? Interventions()
            guard orders.pause != nil || !orders.paused.isEmpty else { return }
            state.orders[load]?.pause = nil
            state.orders[load]?.pausedBy = nil
            state.orders[load]?.paused = [:]
            state.loads[load]?.restsUntil = nil
            // What was parked is to be published at once.
            let longAgo = clock.now.advanced(by: .seconds(-3600))
            for task in state.loads[load]?.tasks.indices ?? 0..<0 {
                guard let row = state.loads[load]?.tasks[task], row.isFree else { continue }
                guard row.publishedAt != nil else { continue }
                state.loads[load]?.tasks[task].publishedAt = longAgo
                state.loads[load]?.tasks[task].retryAt = nil
                state.loads[load]?.tasks[task].parkedUntil = nil
            }
        }
    }

    /// Makes what failed or was cancelled runnable again, and what it had blocked.
    public func retry(_ load: Int64) {
        state.withLock { state in
            guard var row = state.loads[load] else { return }
            let wasCancelled = row.record.state == .cancelled
            var isNew = wasCancelled
            for task in row.tasks.indices where row.tasks[task].holder == nil {
                let old = row.tasks[task].state
                let isEnded = old == .failed || old == .cancelled || old == .blocked
                guard isEnded || wasCancelled && !old.isFinal else { continue }
                isNew = isNew || old == .failed || old == .cancelled
                row.tasks[task].state = .waiting
                row.tasks[task].publishedAt = nil
                (row.tasks[task].retryAt, row.tasks[task].parkedUntil) = (nil, nil)
                (row.tasks[task].failures, row.tasks[task].crashes) = (0, 0)
                row.tasks[task].isBegun = false
                row.tasks[task].outages = 0
                (row.tasks[task].absences, row.tasks[task].absentSince) = (0, nil)
            }
            guard isNew else { return }
            row.record.state = .running
            row.epoch += 1
            row.owner = nil
            row.expiry = nil
            row.restsUntil = nil
            state.orders[load]?.isCancelled = false
            state.orders[load]?.cancelled = []
            state.loads[load] = row
        }
    }
}

extension InMemoryWarehouse.TaskRow {
    /// Whether it is open and no attempt holds it.
    fileprivate var isFree: Bool { !state.isFinal && holder == nil }
}

extension InMemoryWarehouse.State {
    /// How an attempt is refused because of an order; `nil` when it may go on.
    mutating func obeyOrders(_ task: LoadTaskID) -> TaskOutcome? {
        guard let orders = orders[task.load] else { return nil }
        if orders.isCancelled || orders.cancelled.contains(task.ordinal) {
            loads[task.load]?.tasks[task.ordinal].state = .cancelled
            return .cancelled
        }
        return orders.pause(of: task.ordinal) == nil ? nil : .paused
    }
}
