/// How much a transaction sees of others that run at the same time.
public enum TransactionIsolation: String, Sendable, Hashable, CaseIterable {
    /// Each statement sees what was committed before it.
    case readCommitted = "READ COMMITTED"
    /// All statements see what was committed before the first.
    case repeatableRead = "REPEATABLE READ"
    /// As if transactions ran one after another.
    case serializable = "SERIALIZABLE"
}

extension PostgresConnection {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// `body` runs where the caller runs, and uses this connection, which it captures. When COMMIT
    /// itself ends with `connectionLost`, whether it took effect is unknown: look before doing the
    /// work again.
    ///
    /// - Parameters:
    ///   - isolation: What it sees of others.
    ///   - onCommitSent: Called when COMMIT is sent and its answer not yet read.
    ///   - body: The statements. An error of one of them ends the transaction even if `body` catches
    ///     it.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func transaction<Result>(
        isolation: TransactionIsolation = .readCommitted,
        onCommitSent: @escaping @Sendable () -> Void = {},
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await transaction(isolation, body) { try await commit(onCommitSent) }
    }

    /// Runs `body` in a transaction that is rolled back when it returns, as when it throws: for statements of
    /// others that are to leave nothing behind.
    ///
    /// A read-only transaction is not enough: in Postgres 15 it lets large objects be removed and
    /// notifications be sent.
    ///
    /// - Parameters:
    ///   - isolation: What it sees of others.
    ///   - body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func rolledBack<Result>(
        isolation: TransactionIsolation = .readCommitted,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await transaction(isolation, body) { await rollBack() }
    }

    private nonisolated(nonsending) func transaction<Result>(
        _ isolation: TransactionIsolation,
        _ body: () async throws -> Result,
        endedBy end: () async throws -> Void
    ) async throws -> Result {
        try await begin(isolation)
        do {
            let result = try await body()
            try await end()
            return result
        } catch {
            await rollBack()
            throw error
        }
    }

    /// Sets in the transaction that is open, until it ends, what times, numbers and names mean: once more, when
    /// statements of others in it may have set something else.
    public func settleTransaction() async throws {
        try await script(settings.transactionSQL)
        try await setTimeZone()
    }

    private func setTimeZone() async throws {
        guard let zone = settings.timeZoneSetting(isLocal: true) else { return }
        try await query(zone)
    }

    private func begin(_ isolation: TransactionIsolation) async throws {
        guard !isInTransaction else {
            throw PostgresError(
                .misuse,
                "a transaction is open on this connection; transactions do not nest"
            )
        }
        let level = SQL(raw: isolation.rawValue)
        let begin: [SQL] = [
            "BEGIN ISOLATION LEVEL \(level)", settings.transactionSQL,
        ]
        do {
            try await script(
                (begin + (settings.limits.map { [$0.transactionSQL] } ?? []))
                    .joined(separator: "; ")
            )
            try await setTimeZone()
        } catch {
            await rollBack()
            throw error
        }
    }

    private func commit(_ onSent: @escaping @Sendable () -> Void) async throws {
        let tag = try await exchange { session throws(PostgresError) in
            try session.sendScript("COMMIT")
            onSent()
            return try session.collectResults().commandTag
        }
        // Postgres answers the COMMIT of a failed transaction with ROLLBACK, and no error.
        guard tag == "COMMIT" else {
            throw PostgresError(
                .sqlState(.inFailedSQLTransaction),
                "the transaction was rolled back instead of committed: a statement in it failed, and "
                    + "its error was not passed on",
                sqlState: .inFailedSQLTransaction
            )
        }
    }

    /// Ends the transaction; a connection that cannot even do that is given up.
    private func rollBack() async {
        guard isInTransaction else { return }
        do {
            try await exchange(.refused(within: Self.cleanupTime)) {
                session throws(PostgresError) in
                try session.sendScript("ROLLBACK")
                try session.collectResults()
            }
        } catch {
            await close()
        }
    }
}
