public import BlockingThread

/// One session with a Postgres server.
///
/// All that blocks happens on a thread: the connection's own, or one that is shared with the tasks
/// that use it. A connection does one thing at a time, so it belongs to one task at a time: whatever
/// is called on it between the beginning and the end of a transaction is part of that transaction.
///
/// A statement stops when its task is cancelled, or by ``cancel()``. A connection that was lost stays
/// lost: every call then throws an error with the code `connectionLost`.
public actor PostgresConnection {
    private nonisolated let thread: BlockingThread
    private nonisolated let state = ConnectionState()
    private nonisolated let configuration: PostgresConfiguration
    /// What a transaction sets when it begins.
    nonisolated var settings: SessionSettings { configuration.session }
    private var session: Session?
    /// Why the COPY that is open on the caller's side has already ended.
    var copyFailure: PostgresError?

    /// The thread that the connection blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(_ configuration: PostgresConfiguration, on thread: BlockingThread) {
        self.configuration = configuration
        self.thread = thread
    }

    /// Connects and logs in.
    ///
    /// - Parameters:
    ///   - configuration: Where, who and how.
    ///   - thread: The thread to share; `nil` gives the connection one of its own.
    ///   - onNotice: Is told what the server remarks, on the connection's thread: it must be quick.
    ///     Without it notices are dropped.
    /// - Returns: A connection that is ready.
    /// - Throws: ``PostgresError``, at the latest after the configuration's `connectTimeout`; only a
    ///   name server that does not answer may take longer.
    public static func connect(
        _ configuration: PostgresConfiguration,
        on thread: BlockingThread? = nil,
        onNotice: (@Sendable (PostgresNotice) -> Void)? = nil
    ) async throws -> PostgresConnection {
        let connection = PostgresConnection(
            configuration,
            on: thread ?? BlockingThread(name: "postgres")
        )
        try await connection.open(onNotice: onNotice)
        return connection
    }

    /// Connects, runs `body` where the caller runs, and closes the connection whatever comes of it.
    ///
    /// - Throws: What `body` throws, and ``PostgresError``.
    public nonisolated(nonsending) static func withConnection<Result>(
        _ configuration: PostgresConfiguration,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(configuration)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private func open(onNotice: (@Sendable (PostgresNotice) -> Void)?) throws {
        let session = try Session.open(configuration, onNotice: onNotice)
        self.session = session
        state.setOpen(
            ConnectionState.Facts(
                backendPID: session.backendPID,
                serverVersion: session.serverVersion,
                canceller: session.canceller
            )
        )
    }

    /// Ends the session; a transaction that is open is rolled back.
    ///
    /// Closing twice does nothing.
    public func close() async {
        state.setClosed()
        session?.close()
        session = nil
    }

    /// Makes the session what it was when it was opened, whatever statements of others have left in it:
    /// settings, a role, temporary tables, cursors, prepared statements, advisory locks, channels that it
    /// listens to.
    ///
    /// - Returns: whether the connection can be used; one that was lost, or cannot be made so, is closed.
    /// - Throws: `CancellationError`; the connection is then to be reset once more.
    public func reset() async throws -> Bool {
        do {
            try await script("discard all")
            try await exchange { session throws(PostgresError) in
                try session.settle(configuration)
            }
            return true
        } catch is PostgresError {
            try Task.checkCancellation()
            await close()
            return false
        }
    }

    /// Asks the server to stop the statement that runs now; without one, nothing happens.
    ///
    /// Returns at once, on any thread. The statement then ends with the code `cancelled`, unless it
    /// was done before.
    public nonisolated func cancel() {
        state.current?.canceller.request()
    }

    /// Whether the connection is open, as far as is known without asking the server.
    public nonisolated var isUsable: Bool {
        state.current != nil
    }

    /// The process of the server that serves this connection; `nil` when it is closed or lost.
    public nonisolated var backendPID: Int32? {
        state.current?.backendPID
    }

    /// The server's version, as 150004 for 15.4; `nil` when the connection is closed or lost.
    public nonisolated var serverVersion: Int? {
        state.current?.serverVersion
    }

    /// A setting that the server reports, such as `server_encoding` or `in_hot_standby`.
    public func parameterStatus(_ name: String) -> String? {
        session?.parameterStatus(name)
    }

    /// Whether a transaction is open, be it a failed one.
    public var isInTransaction: Bool {
        session?.isInTransaction ?? false
    }
}

// MARK: - Exchanges with the server

extension PostgresConnection {
    /// Who may interrupt an exchange.
    enum Interruption {
        /// The task's cancellation and ``PostgresConnection/cancel()``.
        case allowed
        /// Nobody: it cleans up. Instead it has this much time.
        case refused(within: Duration)
    }

    /// How long cleaning up after a failure may take before the connection is given up.
    static let cleanupTime: Duration = .seconds(15)

    /// Runs one blocking exchange with the server.
    func exchange<Result: Sendable>(
        _ interruption: Interruption = .allowed,
        _ body: (Session) throws(PostgresError) -> Result
    ) async throws -> Result {
        guard let session else { throw PostgresError.notConnected(to: configuration) }
        let canceller = session.canceller
        canceller.begin()
        defer { finishExchange(of: session) }
        if case .refused(let time) = interruption {
            session.patience = .until(.now + time)
            return try body(session)
        }
        session.patience = .untilCancelled
        return try await withTaskCancellationHandler {
            // Through a method of the actor: a closure that does not use the actor does not run on it.
            try runUnlessCancelled(body, session)
        } onCancel: {
            canceller.request()
        }
    }

    private func runUnlessCancelled<Result>(
        _ body: (Session) throws(PostgresError) -> Result,
        _ session: Session
    ) throws(PostgresError) -> Result {
        // From here on a cancellation reaches the canceller; before, it shows in the task.
        if Task.isCancelled { throw .cancelled("the statement") }
        return try body(session)
    }

    private func finishExchange(of session: Session) {
        session.canceller.end(before: !session.isBroken)
        guard session.isBroken else { return }
        state.setClosed()
        self.session = nil
    }

    /// Throws when a COPY is open, during which nothing else can be done.
    func requireNoCopy(_ session: Session) throws(PostgresError) {
        guard session.incoming == nil, !session.isSendingCopy else {
            throw PostgresError(
                .misuse,
                "a COPY is open on this connection; finish it first, or use another connection"
            )
        }
    }
}

// MARK: - Statements

extension PostgresConnection {
    /// Runs one statement; its result is held in memory as a whole.
    ///
    /// - Parameter sql: One statement, with at most 65,535 parameters.
    /// - Returns: The rows, and how many were touched.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func query(_ sql: SQL) async throws -> PostgresResult {
        let list = try ParameterList(sql.parameters)
        let result = try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            try session.send(sql.text, list)
            return try session.collectResults()
        }
        return PostgresResult(result)
    }

    /// Runs several statements, separated by semicolons, without parameters and without results.
    ///
    /// It is for SQL that is written in the program. What is made of somebody's words goes by
    /// ``query(_:)``, where a text that breaks out of its quotes finds no second statement.
    ///
    /// Unless the script has `BEGIN` and `COMMIT` of its own, it takes effect as a whole or not at
    /// all.
    public func script(_ sql: SQL) async throws {
        let text = try sql.textWithoutParameters
        try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            try session.sendScript(text)
            try session.collectResults()
        }
    }
}
