package import Postgres
import Words

/// A right that one transaction has until it ends, or several together: a row of the ledger that they lock.
///
/// Whoever may connect to a database can take any advisory lock in it, a row only who may update it
/// (docs/decisions/0044).
package struct LedgerLock {
    /// What it is the right to, as a person reads it: `schema shop`.
    let name: String

    package init(name: String) {
        self.name = name
    }

    /// How long to wait for others that create loads of a schema, or change what is known of its periods.
    package static let schemaPatience = Duration.seconds(60)

    /// Until the transaction ends, no other load of the schema is created and no period of it is
    /// closed: two must not create the same table at once, nor claim a period that is being closed.
    ///
    /// - Throws: ``LedgerError`` that names who has it, when that lasts.
    package static func takeSchema(
        _ schema: String,
        within patience: Duration = schemaPatience,
        on connection: PostgresConnection
    ) async throws {
        try await LedgerLock(name: "schema \(schema)").take(within: patience, on: connection)
    }

    /// How the row is locked.
    package enum Strength: SQL {
        /// By one transaction.
        case alone = "update"
        /// By any number of transactions, when none has it alone.
        case together = "share"
    }

    /// Waits until it can be had.
    package func take(_ strength: Strength = .alone, on connection: PostgresConnection) async throws
    {
        let sql: SQL = "select from longshore.lock where name = \(name) for \(strength.rawValue)"
        guard try await connection.query(sql).isEmpty else { return }
        // Whoever inserts a row has it alone until the transaction ends.
        guard try await !insert(on: connection) else { return }
        try await connection.query(sql)
    }

    /// Waits for a time only.
    ///
    /// - Throws: ``LedgerError`` that names who has it; the transaction is as it was before.
    func take(within patience: Duration, on connection: PostgresConnection) async throws {
        guard try await !takeIfFree(on: connection) else { return }
        try await wait(atMost: patience, on: connection) { try await take(on: connection) }
    }

    /// Makes the row when it is missing, and waits for a time only for another that is making it.
    ///
    /// Transactions that take a lock together must find its row.
    ///
    /// - Throws: ``LedgerError`` when that lasts; the transaction is as it was before.
    package func make(within patience: Duration, on connection: PostgresConnection) async throws {
        let found = try await connection.query(
            "select from longshore.lock where name = \(name)"
        )
        guard found.isEmpty else { return }
        try await wait(atMost: patience, on: connection) { _ = try await insert(on: connection) }
    }

    private func wait(
        atMost patience: Duration,
        on connection: PostgresConnection,
        _ body: () async throws -> Void
    ) async throws {
        try await connection.query("savepoint ledger_lock")
        do {
            try await connection.waitingForLocks(atMost: patience, body)
            try await connection.query("release savepoint ledger_lock")
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            try await connection.query("rollback to savepoint ledger_lock")
            throw LedgerError.isHeld(
                "the \(name)",
                by: try await LockHolders.read(ofLock: name, on: connection),
                after: patience
            )
        }
    }

    /// The row then names this transaction, and not a savepoint of it, which no list of the server's has.
    func takeIfFree(on connection: PostgresConnection) async throws -> Bool {
        try await
            !connection.query(
                "select from longshore.lock where name = \(name) for update skip locked"
            )
            .isEmpty
    }

    /// Makes the row, and waits for another that is making it.
    ///
    /// - Returns: whether it was missing.
    private func insert(on connection: PostgresConnection) async throws -> Bool {
        try await connection
            .query(
                "insert into longshore.lock (name) values (\(name)) on conflict do nothing"
            )
            .affectedRows > 0
    }
}

extension PostgresConnection {
    /// Runs `body` in the transaction that is open, with a limit for each lock that it waits for.
    ///
    /// - Throws: what `body` throws, and `PostgresError` with `lockNotAvailable` when the time is over.
    nonisolated(nonsending) func waitingForLocks(
        atMost limit: Duration,
        _ body: () async throws -> Void
    ) async throws {
        let milliseconds = limit.wholeMilliseconds
        let rows = try await query(
            "select current_setting('lock_timeout') as before, set_config('lock_timeout', \("\(milliseconds)ms" as String), true)"
        )
        try await body()
        try await query(
            "select set_config('lock_timeout', \(try rows.first?.text("before") ?? "0"), true)"
        )
    }
}
