public import Planning
import Postgres

/// Pausing, resuming and cancelling: the truth of it, in rows of the ledger.
///
/// An attempt that runs holds its task's row until it commits, so orders have rows of their own: the
/// attempt's worker reads them beside it.
public struct Orders: Sendable {
    let client: PostgresClient
    let log: ActionLog

    /// Holds a load, a pipeline or a task up: nothing of it begins any more.
    ///
    /// - Parameters:
    ///   - target: What.
    ///   - interrupts: Whether running attempts are cancelled, to be made again later.
    ///   - reason: Why; `longshore why` tells it.
    ///   - person: Who says so.
    /// - Returns: What it changed; nothing new when it was paused already.
    /// - Throws: ``LedgerError`` when there is no such thing, or its load has ended.
    public func pause(
        _ target: InterventionTarget,
        interrupts: Bool,
        reason: String?,
        by person: String
    ) async throws -> OrderChange {
        try await client.transaction { connection in
            let scope = OrderScope(target, connection)
            try await scope.requireKnown()
            try await scope.refuseEnded()
            let order = GivenOrder(.pause, interrupts: interrupts, reason: reason, by: person)
            return try await write(.pause, scope, reason: reason) {
                OrderChange(
                    target: target,
                    isNew: try await scope.record(order),
                    loads: try await scope.runningLoads(),
                    running: try await scope.runningTasks()
                )
            }
        }
    }

    /// Ends a pause.
    ///
    /// A load that is paused with its pipeline stays so; the note of the change says it.
    public func resume(_ target: InterventionTarget) async throws -> OrderChange {
        try await client.transaction { connection in
            let scope = OrderScope(target, connection)
            try await scope.requireKnown()
            return try await write(.resume, scope) {
                let wasPaused = try await scope.withdrawPause()
                if wasPaused {
                    try await scope.hasten()
                    try await scope.wake()
                }
                return OrderChange(
                    target: target,
                    isNew: wasPaused,
                    loads: try await scope.runningLoads(),
                    note: try await scope.pauseThatStays()
                )
            }
        }
    }

    /// Cancels a task, a load, or the running loads of a pipeline.
    ///
    /// Tasks that nobody works on are cancelled at once; attempts that run are interrupted by their
    /// workers, and what they have written is rolled back.
    public func cancel(
        _ target: InterventionTarget,
        reason: String?,
        by person: String
    ) async throws -> OrderChange {
        let order = GivenOrder(.cancel, interrupts: true, reason: reason, by: person)
        return try await client.transaction { connection in
            let scope = OrderScope(target, connection)
            try await scope.requireKnown()
            let loads = try await scope.runningLoads()
            return try await write(.cancel, scope, reason: reason) {
                if case .task = target {
                    return try await Self.cancelTask(scope, order, loads)
                }
                return try await Self.cancelLoads(scope, order, loads)
            }
        }
    }

    /// Does what was ordered, and writes it down where it is new.
    func write(
        _ verb: ActionVerb,
        _ scope: OrderScope,
        reason: String? = nil,
        _ body: () async throws -> OrderChange
    ) async throws -> OrderChange {
        try await log.write(
            verb,
            scope.target.named,
            reason: reason,
            standing: .of(scope.target),
            on: scope.connection,
            where: \.isNew,
            body
        )
    }

    private static func cancelLoads(
        _ scope: OrderScope,
        _ order: GivenOrder,
        _ loads: [Int64]
    ) async throws -> OrderChange {
        var change = OrderChange(target: scope.target, isNew: !loads.isEmpty, loads: loads)
        for load in loads {
            let scope = OrderScope(.load(load), scope.connection)
            try await LoadTable(scope.connection).end(load, as: .cancelled)
            _ = try await scope.record(order)
            change.tasks += try await scope.cancelFreeTasks()
            change.running += try await scope.openTasks()
            try await OutdatedMarts(load: load, connection: scope.connection).mark()
        }
        return change
    }

    private static func cancelTask(
        _ scope: OrderScope,
        _ order: GivenOrder,
        _ loads: [Int64]
    ) async throws -> OrderChange {
        let open = try await scope.openTasks()
        guard open > 0, !loads.isEmpty else {
            return OrderChange(target: scope.target, isNew: false, note: "it is over already")
        }
        let isNew = try await scope.record(order)
        let cancelled = try await scope.cancelFreeTasks()
        try await scope.wake()
        return OrderChange(
            target: scope.target,
            isNew: isNew,
            loads: loads,
            tasks: cancelled,
            running: open - cancelled
        )
    }

    /// Cancels what an attempt held when its load or task was cancelled and holds no more.
    ///
    /// - Returns: how many tasks an attempt still holds.
    public func settleCancelled(_ target: InterventionTarget) async throws -> Int {
        guard let load = target.load else { return 0 }
        return try await client.transaction { connection in
            let scope = OrderScope(target, connection)
            // What had been about to commit has committed: marts may be behind it.
            if try await scope.cancelFreeTasks() > 0 {
                try await OutdatedMarts(load: load, connection: connection).mark()
            }
            return try await scope.openTasks()
        }
    }
}
