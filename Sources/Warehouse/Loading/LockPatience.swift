import Postgres

/// Runs statements that need a strong lock without making readers queue for long.
///
/// A statement that waits for a lock holds up every reader that comes after it. So each try waits a
/// short time only, within a savepoint, and lets the readers pass before the next.
struct LockPatience {
    private let connection: PostgresConnection
    private let tries = 20

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// - Throws: the last lock timeout when every try met one.
    func run(_ sql: String) async throws {
        for attempt in 1...tries {
            do {
                try await connection.script(
                    "savepoint patience; set local lock_timeout = '250ms'; \(sql); "
                        + "set local lock_timeout = 0; release savepoint patience"
                )
                return
            } catch let error as PostgresError
                where error.sqlState == .lockNotAvailable && attempt < tries
            {
                try await connection.query("rollback to savepoint patience")
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
            }
        }
    }
}
