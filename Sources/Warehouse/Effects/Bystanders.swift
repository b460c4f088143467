import Planning
import Postgres

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
    /// - Throws: ``WarehouseError`` when others have waited for long enough, one after the other or one
    ///   all the while.
    func watch() async throws {
        var seen = 0
        while !Task.isCancelled {
            try await Task.sleep(for: Self.interval)
            if try await areWaiting() { seen += 1 }
            if seen >= Self.patience { throw WarehouseError.othersWaited() }
        }
    }

    private func areWaiting() async throws -> Bool {
        let rows = try await connection.query(
            "select from pg_locks where not granted and $1::int = any(pg_blocking_pids(pid)) limit 1",
            [.integer(Int64(backend))]
        )
        return !rows.isEmpty
    }
}
