package import Postgres

/// Runs statements that need a strong lock without making readers queue for long.
///
/// A statement that waits for a lock holds up every reader that comes after it. So each try waits a
/// short time only, within a savepoint, and lets the readers pass before the next.
package struct LockPatience {
    private let connection: PostgresConnection
    private let tries: Int

    /// How long a try waits, and so how long a reader waits behind it at most.
    static let timeout = Duration.milliseconds(250)

    package init(_ connection: PostgresConnection, tries: Int = 20) {
        self.connection = connection
        self.tries = tries
    }

    /// - Parameters:
    ///   - statements: what needs the lock.
    ///   - table: the quoted name of the table that they lock.
    /// - Throws: the last lock timeout when every try met one; it names who has locked the table.
    package func run(_ statements: SQL..., on table: SQL) async throws {
        guard let refusal = try await attempt(statements) else { return }
        throw refusal.naming(try await LockHolders.read(of: table, on: connection))
    }

    /// - Returns: the last lock timeout when every try met one; the transaction is as it was before.
    package func attempt(_ statements: [SQL]) async throws -> PostgresError? {
        var refusal: PostgresError?
        for number in 1...tries {
            if number > 1 { try await Task.sleep(for: .milliseconds(Int.random(in: 20...200))) }
            do {
                try await connection.script("savepoint patience")
                try await connection.waitingForLocks(atMost: Self.timeout) {
                    for statement in statements { try await connection.query(statement) }
                }
                try await connection.script("release savepoint patience")
                return nil
            } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                try await connection.script(
                    "rollback to savepoint patience; release savepoint patience"
                )
                refusal = error
            }
        }
        return refusal
    }
}
