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
extension PostgresLedger {
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
    ) async throws -> ControlChange {
        try await transaction { connection in
            let control = ControlScope(target, connection)
            try await control.requireKnown()
            var change = ControlChange(target: target, isNew: false)
            guard let newest = try await control.newestLoad() else { return change }
            let retry = LoadRetry(newest.load, target: target, scope, connection)
            let reopened = try await retry.reopen()
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
            change.unblocked = try await retry.unblock()
            try await retry.letRun()
            return change
        }
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
    func reopen() async throws -> Int {
        let isOfAll = scope == .unfinished
        return
            try await connection.query(
                """
                update longshore.task
                set state = 'waiting', failures = 0, crashes = 0, outages = 0, retry_at = null,
                    absences = 0, absent_since = null, awaited_until = null,
                    parked_until = null, published_at = null, \(BegunMark.end)
                where (load_id, ordinal) in (
                    select t.load_id, t.ordinal from longshore.task t
                    join longshore.load l on l.id = t.load_id
                    where t.load_id = \(load) and coalesce(\(ordinal)::integer, t.ordinal) = t.ordinal
                        and (t.state = 'failed'
                            or t.state = 'cancelled' and (\(isOfAll) or \(ordinal)::integer is not null)
                            or t.state in ('waiting', 'published') and l.state = 'cancelled' and \(isOfAll))
                    for update of t skip locked)
                """
            )
            .affectedRows
    }

    /// Whether tasks are blocked is worked out anew, from those that are left as they are.
    func unblock() async throws -> Int {
        try await connection.query(
            """
            update longshore.task set state = 'waiting', published_at = null
            where load_id = \(load) and state = 'blocked'
            """
        )
        .affectedRows
    }

    /// Takes back cancellations, and the load from whoever coordinates it.
    func letRun() async throws {
        try await connection.query(
            """
            delete from longshore.intervention
            where kind = 'cancel' and load_id = \(load)
                and (ordinal is null or \(ordinal)::integer is null or ordinal = \(ordinal)::integer)
            """
        )
        try await connection.query(
            """
            update longshore.load
            set state = 'running', finished_at = null, epoch = epoch + 1, coordinator = null,
                lease_until = null, rests_until = null
            where id = \(load)
            """
        )
    }
}
