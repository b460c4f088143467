import Postgres

/// Sessions that have what another waits for, in words: the server does not say so when the time is over.
enum LockHolders {
    /// Who keeps a session waiting for a lock of any kind.
    static func read(
        blocking session: Int32,
        on connection: PostgresConnection
    ) async throws -> String? {
        try await told(
            "select unnest(pg_blocking_pids(\(Int64(session))::integer))",
            on: connection
        )
    }

    /// Who has locked a table, given by its quoted name, or a partition of it in any way.
    ///
    /// - Returns: `` `ana` (psql, process 123 of the server, since 2024-01-31T12:00:00Z) ``, with a comma
    ///   between sessions and without what this role may not see of others; `nil` when nobody has any more.
    /// - Throws: `PostgresError`.
    static func read(of table: SQL, on connection: PostgresConnection) async throws -> String? {
        try await told(
            """
            select l.pid from pg_locks l where l.relation in (select to_regclass(\(table.text))::oid union all
                select inhrelid from pg_inherits where inhparent = to_regclass(\(table.text))) and l.granted
            """,
            on: connection
        )
    }

    /// Who has a lock of the ledger alone; `nil` also when its row has just been made, or was waited for.
    static func read(
        ofLock name: String,
        on connection: PostgresConnection
    ) async throws -> String? {
        // A row names the transaction that has locked it.
        try await told(
            """
            select l.pid from pg_locks l join longshore.lock r on l.locktype = 'transactionid' and l.transactionid = r.xmax
            where r.name = \(name) and l.granted
            """,
            on: connection
        )
    }

    /// Who has locked a table of the ledger in any way.
    static func ofLedger(on connection: PostgresConnection) async throws -> String? {
        try await told(
            """
            select l.pid from pg_locks l join pg_class c on c.oid = l.relation
            where c.relnamespace = to_regnamespace('longshore') and l.granted
            """,
            on: connection
        )
    }

    private static func told(
        _ sessions: SQL,
        on connection: PostgresConnection
    ) async throws -> String? {
        let rows = try await connection.query(
            """
            select string_agg(format('`%s` (%s)', a.usename, concat_ws(', ', nullif(a.application_name, ''),
                format('process %s of the server', a.pid), 'since ' || \(isoTime("a.xact_start")))), ', '
                order by a.xact_start) as who
            from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
                and a.usename is not null and a.pid in (\(sessions))
            """
        )
        return try rows.first?.optionalText("who")
    }
}

extension LockWatch {
    /// A watch over a session at the warehouse that waits for locks for as long as `patience` lasts.
    static func naming(
        in warehouse: PostgresConfiguration,
        after patience: Duration
    ) -> LockWatch {
        LockWatch(warehouse, every: patience / 4) { connection, session in
            try await LockHolders.read(blocking: session, on: connection)
        } refusal: { holders in
            LedgerError.isHeld("what was to be written", by: holders, after: patience)
        }
    }
}

extension PostgresError {
    /// The same error, which says what sessions have what it has waited for.
    func naming(_ holders: String?) -> PostgresError {
        var error = self
        error.lockHolders = holders
        return error
    }
}
