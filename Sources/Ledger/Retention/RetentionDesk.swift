import Planning
import Postgres
import Words

/// What the ledger forgets of what ended long ago, so that it does not grow for ever.
///
/// A load is forgotten whole, with its tasks, their attempts and orders, when nothing points to it any more: no
/// period that it has loaded, has claimed or has made stale, no reject, no row of an export. The newest load of a pipeline
/// stays as well: what was loaded last is told by it.
public struct RetentionDesk: Sendable {
    let client: PostgresClient
    let log: ActionLog

    /// What was forgotten, or would be.
    public struct Forgotten: Sendable, Hashable, Codable {
        /// Loads.
        public var loads = 0
        /// Their load tasks.
        public var tasks = 0
        /// Rejects that a later load superseded, or a replay fixed.
        public var rejects = 0

        /// Nothing.
        public init() {}

        /// It in words: `2 loads with 9 tasks, and 1 reject`.
        public var words: String {
            "\(counted(loads, "load")) with \(counted(tasks, "task")), and \(counted(rejects, "reject"))"
        }
    }

    /// Tells what ``forget(olderThanDays:)`` would forget.
    public func old(olderThanDays days: Int) async throws -> Forgotten {
        try await client.withConnection { connection in
            var old = Forgotten()
            old.rejects = try await RejectTable(connection).countSettled(olderThanDays: days)
            let loads = try await Self.loads(
                olderThanDays: days,
                besideOldRejects: true,
                connection
            )
            old.loads = loads.count
            old.tasks = loads.reduce(0) { $0 + $1.tasks }
            return old
        }
    }

    /// Forgets what ended more than `days` days ago, in pieces that nobody waits for: a load at a time, and some
    /// thousand rejects.
    ///
    /// What was forgotten when it is cancelled, or the connection is lost, stays so.
    ///
    /// - Returns: what was forgotten.
    public func forget(olderThanDays days: Int) async throws -> Forgotten {
        let old = try await old(olderThanDays: days)
        guard old != Forgotten() else { return old }
        // Written before anything is gone, since it is many transactions.
        let action = Action(
            verb: .prune,
            target: "what ended more than \(counted(days, "day")) ago",
            before: old.words
        )
        let id = try await client.withConnection { connection in
            try await ActionTable(connection).insert(action, by: log.author)
        }
        let forgotten = try await forgetInPieces(olderThanDays: days)
        try await client.withConnection { connection in
            try await ActionTable(connection).conclude(id, after: "deleted \(forgotten.words)")
        }
        return forgotten
    }

    private func forgetInPieces(olderThanDays days: Int) async throws -> Forgotten {
        var forgotten = Forgotten()
        forgotten.rejects = try await client.withConnection { connection in
            try await RejectTable(connection).prune(olderThanDays: days)
        }
        let loads = try await client.withConnection { connection in
            try await Self.loads(olderThanDays: days, besideOldRejects: false, connection)
        }
        for load in loads {
            try Task.checkCancellation()
            let isForgotten = try await client.withConnection { connection in
                try await LoadTable(connection).forget(load.id, endedBeforeDays: days)
            }
            guard isForgotten else { continue }
            forgotten.loads += 1
            forgotten.tasks += load.tasks
        }
        return forgotten
    }

    /// The loads that ended so long ago and that nothing points to, the oldest first.
    ///
    /// - Parameters:
    ///   - days: how long ago.
    ///   - isBeside: whether rejects do not count that are about to be forgotten.
    ///   - connection: the ledger's.
    /// - Returns: their numbers, and how many tasks each has.
    /// - Throws: `PostgresError`.
    private static func loads(
        olderThanDays days: Int,
        besideOldRejects isBeside: Bool,
        _ connection: PostgresConnection
    ) async throws -> [(id: Int64, tasks: Int)] {
        let stays: SQL = isBeside ? "where not (\(RejectTable.isSettled(olderThanDays: days)))" : ""
        let rows = try await connection.query(
            """
            with kept (id) as (
                select loaded_by from longshore.control
                union select claimed_by from longshore.control
                union select stale_by from longshore.control
                union select load_id from longshore.reject \(stays)
                union select replay_by from longshore.reject \(stays)
                union select fixed_by_load from longshore.reject \(stays)
                union select load_id from longshore.effect
                union select handled_by from longshore.effect
                union select max(id) from longshore.load group by pipeline
            )
            select l.id, (select count(*) from longshore.task t where t.load_id = l.id) as tasks
            from longshore.load l
            where \(LoadTable.hasEnded(beforeDays: days)) and not exists (select from kept k where k.id = l.id)
            order by l.id
            """
        )
        return try rows.map { row in
            (try row.integer("id", as: Int64.self), try row.integer("tasks"))
        }
    }
}
