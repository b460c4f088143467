public import Planning
import Postgres

/// Which tasks of a load are tried again.
public enum RetryScope: Sendable, Hashable {
    /// Those that failed.
    case failed
    /// Those that failed, and those that were cancelled.
    case unfinished
}

/// Trying again what has ended without success.
extension Orders {
    /// Makes failed and cancelled tasks runnable again, with new budgets of attempts, and what they
    /// had blocked; their load goes back to running, for any coordinator to take up.
    ///
    /// A coordinator that has the load loses it by this, and takes it again as it is now. Tasks that wait
    /// for their next attempt are tried at once; they keep their budgets.
    ///
    /// - Parameters:
    ///   - target: A load or a task.
    ///   - scope: Which tasks of a load; a task that is named is always tried again.
    /// - Returns: What it changed.
    /// - Throws: ``LedgerError`` when there is no such load, task or pipeline.
    public func retry(
        _ target: InterventionTarget,
        _ scope: RetryScope
    ) async throws -> OrderChange {
        try await client.transaction { connection in
            let control = OrderScope(target, connection)
            try await control.requireKnown()
            guard let newest = try await control.newestLoad() else {
                return OrderChange(target: target, isNew: false)
            }
            return try await write(.retry, control) {
                try await Self.retry(newest, control, scope)
            }
        }
    }

    private static func retry(
        _ newest: (load: Int64, isCancelled: Bool),
        _ control: OrderScope,
        _ scope: RetryScope
    ) async throws -> OrderChange {
        let (target, connection) = (control.target, control.connection)
        var change = OrderChange(target: target, isNew: false)
        let retry = LoadRetry(newest.load, target: target, scope, connection)
        let reopened = try await retry.reopen(ofCancelledLoad: newest.isCancelled)
        if !newest.isCancelled { change.hastened = try await control.hasten() }
        // A cancelled load whose tasks were all done already only has to be ended anew.
        guard reopened > 0 || newest.isCancelled && retry.isOfWholeLoad else {
            change.isNew = change.hastened > 0
            change.loads = change.isNew ? [newest.load] : []
            return change
        }
        change.isNew = true
        change.loads = [newest.load]
        change.tasks = reopened
        // Whether tasks are blocked is worked out anew, from those that are left as they are.
        change.unblocked = try await TaskTable(connection).unblock(ofLoad: newest.load)
        try await retry.letRun()
        return change
    }
}

/// A load, or one task of it, that is tried again.
private struct LoadRetry {
    let load: Int64
    let ordinal: Int?
    let scope: RetryScope
    let connection: PostgresConnection

    init(
        _ load: Int64,
        target: InterventionTarget,
        _ scope: RetryScope,
        _ connection: PostgresConnection
    ) {
        self.load = load
        if case .task(let task) = target {
            ordinal = task.ordinal
        } else {
            ordinal = nil
        }
        self.scope = scope
        self.connection = connection
    }

    /// Whether everything that is not done is tried again.
    var isOfWholeLoad: Bool { ordinal == nil && scope == .unfinished }

    /// Of a cancelled load some rows may still wait for somebody to say that they are cancelled.
    ///
    /// - Returns: how many tasks are to be run.
    func reopen(ofCancelledLoad isCancelled: Bool) async throws -> Int {
        let isOfAll = scope == .unfinished
        return try await TaskTable(connection)
            .reopen(
                """
                load_id = \(load) and coalesce(\(ordinal)::integer, ordinal) = ordinal
                    and (state = \(TaskState.failed)
                        or state = \(TaskState.cancelled) and \(isOfAll || ordinal != nil)
                        or state in (\(TaskState.open)) and \(isOfAll && isCancelled))
                """
            )
    }

    /// Takes back cancellations, and the load from whoever coordinates it.
    func letRun() async throws {
        try await InterventionTable(connection)
            .withdraw(
                .cancel,
                """
                load_id = \(load) and (ordinal is null or \(ordinal)::integer is null
                    or ordinal = \(ordinal)::integer)
                """
            )
        try await LoadTable(connection).reopen(load)
    }
}
