import Planning
import Synchronization

/// What an attempt at a task does.
extension InMemoryWarehouse {
    enum Begun {
        case attempt(Int, Behaviour)
        case refused(TaskOutcome)
    }

    /// Locks the task's row and checks it.
    func begin(_ id: LoadTaskID, by fleet: String = "longshore") -> Begun {
        state.withLock { state in
            guard !state.isDown else { return .refused(.retryable(.unreachable)) }
            guard let load = state.loads[id.load], load.tasks.indices.contains(id.ordinal) else {
                return .refused(.failed(.unknownTask(id)))
            }
            let row = load.tasks[id.ordinal]
            if row.holder != nil { return .refused(.busy) }
            if let newer = state.newerVersion { return .refused(.refused(newer)) }
            if state.isFenced, let refusal = refuse(id, row, in: &state) {
                return .refused(refusal)
            }
            if state.isHeld(Slice(row.task)) { return .refused(.busy) }
            if state.isCrowded(load.record.pipeline) { return .refused(.crowded) }
            if let owner = load.fleet, owner != fleet {
                state.violations.append("\(id) was tried by a worker of another fleet")
            }
            if row.retryAt.map({ $0 > clock.now }) ?? false {
                state.violations.append("\(id) was tried before its time")
            }
            state.lastAttempt += 1
            state.loads[id.load]?.tasks[id.ordinal].holder = state.lastAttempt
            state.loads[id.load]?.tasks[id.ordinal].attempts += 1
            state.loads[id.load]?.tasks[id.ordinal].isBegun = true
            return .attempt(state.lastAttempt, state.behaviour(id, row.attempts + 1))
        }
    }

    /// What the ledger says against an attempt; `nil` when it may go on.
    private func refuse(
        _ id: LoadTaskID,
        _ row: TaskRow,
        in state: inout State
    ) -> TaskOutcome? {
        switch row.state {
        case .done, .blocked: return .alreadyDone
        case .superseded: return .superseded
        case .cancelled: return .cancelled
        case .failed: return .failed(row.lastFailure ?? .unreachable)
        case .waiting, .published: break
        }
        if let refusal = state.obeyOrders(id) { return refusal }
        if state.obeysRetryTime, let refusal = park(id, row, in: &state) { return refusal }
        // An attempt of an older load may be about to commit: the newer one waits for it.
        if state.isHeld(Slice(row.task)) { return .busy }
        if state.isOvertaken(id) {
            state.loads[id.load]?.tasks[id.ordinal].state = .superseded
            return .superseded
        }
        guard row.state == .waiting, let load = state.loads[id.load] else { return nil }
        let needs = load.graph.needs(of: id.ordinal)
        return needs.allSatisfy { load.tasks[$0].state.satisfiesNeeds } ? nil : .busy
    }

    /// Puts an attempt off until it is due; of many messages one waits for that.
    private func park(
        _ id: LoadTaskID,
        _ row: TaskRow,
        in state: inout State
    ) -> TaskOutcome? {
        guard let retryAt = row.retryAt, retryAt > clock.now else { return nil }
        let left = clock.now.duration(to: retryAt)
        if let parkedUntil = row.parkedUntil, parkedUntil > clock.now {
            return .redundant(after: left)
        }
        let tier = RetryTier.fitting(left)
        state.loads[id.load]?.tasks[id.ordinal].parkedUntil = clock.now.advanced(by: tier.delay)
        return .early(after: left)
    }

    /// Sends the COMMIT: if the connection breaks now, nobody knows whether it took place.
    func startCommit(_ id: LoadTaskID, attempt: Int) {
        state.withLock { state in
            guard state.loads[id.load]?.tasks[id.ordinal].holder == attempt else { return }
            state.loads[id.load]?.tasks[id.ordinal].isCommitting = true
        }
    }

    /// Commits; `false` when the connection had broken before.
    func commit(_ id: LoadTaskID, attempt: Int) -> Bool {
        state.withLock { Self.commit(id, attempt: attempt, in: &$0) }
    }

    /// Ends the transaction without an effect.
    func rollBack(_ id: LoadTaskID, attempt: Int) {
        state.withLock { state in
            guard state.loads[id.load]?.tasks[id.ordinal].holder == attempt else { return }
            state.loads[id.load]?.tasks[id.ordinal].holder = nil
            state.loads[id.load]?.tasks[id.ordinal].isCommitting = false
            state.loads[id.load]?.tasks[id.ordinal].isBegun = false
        }
    }

    /// The connection breaks: the transaction is rolled back, unless its COMMIT got through.
    ///
    /// That an attempt has begun is known all the same.
    func breakConnection(_ id: LoadTaskID, attempt: Int) {
        let commits = dice.happens(0.5)
        state.withLock { state in
            guard let row = state.loads[id.load]?.tasks[id.ordinal], row.holder == attempt else {
                return
            }
            if row.isCommitting && commits { _ = Self.commit(id, attempt: attempt, in: &state) }
            state.loads[id.load]?.tasks[id.ordinal].holder = nil
            state.loads[id.load]?.tasks[id.ordinal].isCommitting = false
        }
    }

    private static func commit(_ id: LoadTaskID, attempt: Int, in state: inout State) -> Bool {
        guard var load = state.loads[id.load], load.tasks[id.ordinal].holder == attempt else {
            return false
        }
        load.tasks[id.ordinal].holder = nil
        load.tasks[id.ordinal].isCommitting = false
        load.tasks[id.ordinal].isBegun = false
        load.tasks[id.ordinal].effects += 1
        load.tasks[id.ordinal].state = .done
        for need in load.graph.needs(of: id.ordinal)
        where !load.tasks[need].state.satisfiesNeeds {
            state.violations.append("\(id) was committed before \(need), which it needs")
        }
        if load.tasks[id.ordinal].effects > 1 {
            state.violations.append("\(id) took effect twice")
        }
        let slice = Slice(load.tasks[id.ordinal].task)
        let newest = state.contents[slice, default: 0]
        if newest > id.load, !load.tasks[id.ordinal].task.kind.isDerived {
            state.violations.append("\(id) overwrote what load \(newest) had loaded")
        }
        state.contents[slice] = max(newest, id.load)
        state.lastCommit += 1
        state.commits[slice] = state.lastCommit
        state.loads[id.load] = load
        return true
    }
}
