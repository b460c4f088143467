internal import Words

/// How long a session may take over what, and whether it may write, whatever its role says of that.
///
/// Any login may alter its own role, and so the sessions of all who share it: one line,
/// `alter role … set statement_timeout = '1ms'`, would stop a fleet. So a session sets these by itself, as
/// `pg_dump` does. What the URL's `options` say of times stands, except how long a lock is waited for: whoever
/// wrote the URL meant this session. That a database or a server is read-only by default stands, too: a role cannot say
/// it of others, and hosts do when a disk is full.
public struct SessionLimits: Sendable, Hashable {
    /// How long a statement waits for a lock; `nil` for as long as it takes.
    public var lockWait: Duration?
    /// What the URL's `options` say.
    private let options: String?

    /// No limits, but those that the URL's `options` name.
    public init(options: String? = nil) {
        self.options = options
    }

    /// Settings that every server has which is supported, and later ones with the version that brought them.
    private static let times: [(name: String, since: Int)] = [
        ("statement_timeout", 0), ("idle_in_transaction_session_timeout", 0),
        ("idle_session_timeout", 140_000), ("transaction_timeout", 170_000),
    ]

    /// Statements for a session that has just been opened.
    ///
    /// They go before all others, which might take too long.
    func openingSQL(serverVersion: Int) -> SQL {
        settings(serverVersion: serverVersion).map { "set \($0.name) to \($0.value)" as SQL }
            .joined(separator: "; ")
    }

    /// Statements for a transaction that has just begun, on any server.
    var transactionSQL: SQL {
        settings(serverVersion: 0).map { "set local \($0.name) to \($0.value)" as SQL }
            .joined(separator: "; ")
    }

    /// A statement that lets a session write although its role says that it must not.
    ///
    /// It runs after `search_path` is set.
    static let writableSQL: SQL = """
        select set_config(name, 'off', false) from pg_settings
        where name = 'default_transaction_read_only' and source in ('user', 'database user')
        """

    private func settings(serverVersion: Int) -> [(name: SQL, value: SQL)] {
        let times = Self.times.filter { time in
            time.since <= serverVersion
                && !PostgresConfiguration.names(time.name, in: options)
        }
        let lock = "\(literal: "\(lockWait?.wholeMilliseconds ?? 0)ms")" as SQL
        return times.map { (SQL(raw: $0.name), "0") } + [("lock_timeout", lock)]
    }
}
