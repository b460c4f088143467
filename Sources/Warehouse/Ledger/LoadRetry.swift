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
    /// A coordinator that has the load loses it by this, and takes it again as it is now.
    ///
    /// - Parameters:
    ///   - target: A load or a task.
    ///   - scope: Which tasks of a load; a task that is named is always tried again.
    /// - Returns: What it changed.
    /// - Throws: ``WarehouseError`` when there is no such load, task or pipeline.
    public func retry(
        _ target: InterventionTarget,
        _ scope: RetryScope
    ) async throws -> ControlChange {
        try await transaction { connection in
            try await Self.requireKnown(target, on: connection)
            var change = ControlChange(target: target, isNew: false)
            if let load = try await Self.newestLoad(of: target, on: connection) {
                try await Self.retry(load, target, scope, &change, on: connection)
            }
            return change
        }
    }

    private static func retry(
        _ newest: (load: Int64, isCancelled: Bool),
        _ target: InterventionTarget,
        _ scope: RetryScope,
        _ change: inout ControlChange,
        on connection: PostgresConnection
    ) async throws {
        let load = newest.load
        var ordinal: Int?
        if case .task(let task) = target { ordinal = task.ordinal }
        let reopened = try await reopen(load, ordinal: ordinal, scope, on: connection)
        // A cancelled load whose tasks were all done already only has to be ended anew.
        let isReopened = newest.isCancelled && ordinal == nil && scope == .unfinished
        guard reopened > 0 || isReopened else { return }
        change.isNew = true
        change.loads.append(load)
        change.tasks += reopened
        change.unblocked += try await unblock(load, on: connection)
        try await letRun(load, ordinal: ordinal, on: connection)
    }

    /// Of a cancelled load some rows may still wait for somebody to say that they are cancelled.
    ///
    /// - Returns: how many tasks are to be run.
    private static func reopen(
        _ load: Int64,
        ordinal: Int?,
        _ scope: RetryScope,
        on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.query(
            """
            update longshore.task
            set state = 'waiting', failures = 0, crashes = 0, retry_at = null, published_at = null
            where (load_id, ordinal) in (
                select t.load_id, t.ordinal from longshore.task t
                join longshore.load l on l.id = t.load_id
                where t.load_id = $1 and coalesce($2::integer, t.ordinal) = t.ordinal
                    and (t.state = 'failed'
                        or t.state = 'cancelled' and ($3 or $2::integer is not null)
                        or t.state in ('waiting', 'published') and l.state = 'cancelled' and $3)
                for update of t skip locked)
            """,
            [
                .integer(load), ordinal.map { .integer($0) } ?? .null,
                .boolean(scope == .unfinished),
            ]
        )
        .affectedRows
    }

    /// Whether tasks are blocked is worked out anew, from those that are left as they are.
    private static func unblock(
        _ load: Int64,
        on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.query(
            """
            update longshore.task set state = 'waiting', published_at = null
            where load_id = $1 and state = 'blocked'
            """,
            [.integer(load)]
        )
        .affectedRows
    }

    /// Takes back cancellations, and the load from whoever coordinates it.
    private static func letRun(
        _ load: Int64,
        ordinal: Int?,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            delete from longshore.intervention
            where kind = 'cancel' and load_id = $1
                and (ordinal is null or $2::integer is null or ordinal = $2::integer)
            """,
            [.integer(load), ordinal.map { .integer($0) } ?? .null]
        )
        try await connection.query(
            """
            update longshore.load
            set state = 'running', finished_at = null, epoch = epoch + 1, coordinator = null,
                lease_until = null
            where id = $1
            """,
            [.integer(load)]
        )
    }

    /// The load of a target, or the newest one of its pipeline, locked.
    private static func newestLoad(
        of target: InterventionTarget,
        on connection: PostgresConnection
    ) async throws -> (load: Int64, isCancelled: Bool)? {
        let rows = try await connection.query(
            """
            select id, state = 'cancelled' as is_cancelled from longshore.load where pipeline = $1 or id = $2::bigint
            order by id desc limit 1 for update
            """,
            Array(values(target).prefix(2))
        )
        return try rows.first.map { row in
            (try row.integer("id", as: Int64.self), try row.boolean("is_cancelled"))
        }
    }
}
