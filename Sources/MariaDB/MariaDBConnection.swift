import BlockingThread

/// One session with a MariaDB or MySQL server, which reads and never writes.
///
/// All that blocks happens on a thread of its own. It has one statement at a time and belongs to one task at a
/// time. When that task is cancelled, or the connection is closed while rows are left, the connection is cut
/// at once and the server is asked by another one to end the session.
public actor MariaDBConnection {
    private nonisolated let thread = BlockingThread(name: "mariadb")
    private nonisolated let configuration: MariaDBConfiguration
    private var session: Session?

    /// The thread that the connection blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(_ configuration: MariaDBConfiguration) {
        self.configuration = configuration
    }

    /// Connects and logs in.
    ///
    /// - Returns: A connection that is ready; texts come in UTF-8, a `timestamp` in UTC.
    /// - Throws: ``MariaDBError``, at the latest after the configuration's `connectTimeout`; only a name
    ///   server that does not answer may take longer.
    public static func connect(
        _ configuration: MariaDBConfiguration
    ) async throws -> MariaDBConnection {
        let connection = MariaDBConnection(configuration)
        try await connection.open()
        try await connection.promptly { session throws(MariaDBError) in
            for statement in Session.settings { try session.run(statement) }
        }
        return connection
    }

    private func open() throws {
        session = try Session.open(configuration)
    }

    /// Ends the session; what it was still doing is given up.
    public func close() async {
        if let unfinished = leave() { Self.end(unfinished, configuration) }
    }

    /// - Returns: What the server calls the session, when it is still at work for it.
    @discardableResult
    private func leave() -> UInt? {
        guard let session else { return nil }
        session.close()
        self.session = nil
        return session.isBusy ? session.id : nil
    }

    /// A server that computes notices late that nobody waits for it.
    private static func end(_ id: UInt, _ configuration: MariaDBConfiguration) {
        Task.detached {
            guard let other = try? await connect(configuration) else { return }
            // Whether it was still there does not matter.
            try? await other.promptly { session throws(MariaDBError) in
                try session.run("kill \(id)")
            }
            await other.leave()
        }
    }

    /// Begins a transaction that reads, all of it as it is now.
    public func beginReading() async throws {
        try await exchange { session throws(MariaDBError) in
            try session.run("start transaction with consistent snapshot, read only")
        }
    }

    /// Prepares a query, in the place of the one before.
    ///
    /// - Returns: The columns of its result, as far as they do not depend on the values of its `?`.
    /// - Throws: ``MariaDBError``.
    public func prepare(_ sql: String) async throws -> [MariaDBColumn] {
        try await exchange { session throws(MariaDBError) in try session.prepare(sql).columns }
    }

    /// Runs the query that is prepared; its rows stay with the server until they are fetched.
    ///
    /// - Parameter moments: A value for each `?`.
    /// - Returns: The columns of its result.
    /// - Throws: ``MariaDBError``.
    public func execute(_ moments: [MariaDBMoment]) async throws -> [MariaDBColumn] {
        try await exchange { session throws(MariaDBError) in
            let statement = try session.prepared()
            try statement.execute(moments)
            return statement.columns
        }
    }

    /// The next rows of the query.
    ///
    /// - Parameter limit: About how many bytes; one row at least.
    /// - Returns: The rows, none behind the last one.
    /// - Throws: ``MariaDBError``.
    public func fetch(upTo limit: Int) async throws -> MariaDBRows {
        try await exchange { session throws(MariaDBError) in
            try session.prepared().fetch(upTo: limit)
        }
    }

    /// Runs an exchange that a server which is there ends at once: it may take as long as connecting.
    private func promptly(_ body: @Sendable (Session) throws(MariaDBError) -> Void) async throws {
        guard let plug = session?.plug else { return }
        let timeout = configuration.connectTimeout
        let deadline = Task.detached {
            try await Task.sleep(for: timeout)
            plug.pull()
        }
        defer { deadline.cancel() }
        do {
            try await exchange(body)
        } catch let error as MariaDBError where error.code == .cancelled && !Task.isCancelled {
            throw MariaDBError(.connectionRefused, "the server has let us in and then said nothing")
        }
    }

    /// Runs one blocking exchange with the server.
    private func exchange<Result: Sendable>(
        _ body: (Session) throws(MariaDBError) -> Result
    ) async throws -> Result {
        guard let session else {
            throw MariaDBError(.connectionLost, "the connection is closed; open a new one")
        }
        let plug = session.plug
        do {
            return try await withTaskCancellationHandler {
                // Through a method of the actor: a closure that does not use the actor does not run on it.
                try runUnlessCancelled(body, session)
            } onCancel: {
                plug.pull()
            }
        } catch {
            if plug.isPulled { throw Self.cancelled }
            throw error
        }
    }

    private func runUnlessCancelled<Result>(
        _ body: (Session) throws(MariaDBError) -> Result,
        _ session: Session
    ) throws(MariaDBError) -> Result {
        if session.plug.isPulled { throw Self.cancelled }
        return try body(session)
    }

    private static let cancelled = MariaDBError(.cancelled, "reading was cancelled")
}
