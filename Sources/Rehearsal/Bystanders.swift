import Planning
import Postgres
import StarSchema

/// Sees whether somebody waits for a lock that a session holds.
struct Bystanders {
    /// The server's process of that session.
    let backend: Int32
    /// A connection of its own.
    let connection: PostgresConnection

    private static let interval: Duration = .milliseconds(200)
    /// How many looks may find somebody waiting: about a second of it.
    private static let patience = 5

    /// Looks until it is cancelled.
    ///
    /// - Throws: ``RehearsalError`` when others have waited for long enough, one after the other or one
    ///   all the while.
    func watch() async throws {
        var seen = 0
        while !Task.isCancelled {
            try await Task.sleep(for: Self.interval)
            try await refuseAlteredTables()
            if try await areWaiting() { seen += 1 }
            if seen >= Self.patience { throw RehearsalError.othersWaited() }
        }
    }

    /// A lock that keeps readers out is of no harm on what the session has made itself, which this
    /// connection does not see.
    private func refuseAlteredTables() async throws {
        let rows = try await connection.query(
            """
            select c.oid::regclass::text as name from pg_locks l join pg_class c on c.oid = l.relation
            where l.pid = \(backend) and l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.granted
                and l.database = (select oid from pg_database where datname = current_database())
            limit 1
            """
        )
        guard let row = rows.first else { return }
        throw StarSchemaError.altersTable(try row.text("name"), sql: nil)
    }

    private func areWaiting() async throws -> Bool {
        let rows = try await connection.query(
            """
            select from pg_locks
            where not granted and \(backend)::int = any(pg_blocking_pids(pid)) limit 1
            """
        )
        return !rows.isEmpty
    }
}
