public import BlockingThread
import Latches

/// A connection that is made when it is first needed, and anew when it was lost; callers take turns.
///
/// On one connection the statements of two callers would end up in each other's transactions, so each
/// has it until what it does is over; those who wait get it in the order in which they came. Who is
/// cancelled leaves the line at once.
public struct PostgresClient: Sendable {
    private let line: Line
    private let lockWatch: LockWatch?

    /// A client that connects when it is first used.
    ///
    /// - Parameters:
    ///   - configuration: Where, who and how.
    ///   - thread: The thread that its connections block; `nil` gives each one of its own.
    ///   - lockWatch: Says who has what was waited for in vain.
    ///   - prepare: Is run on each new connection; what it throws is the caller's error, and the
    ///     connection is not kept.
    public init(
        _ configuration: PostgresConfiguration,
        on thread: BlockingThread? = nil,
        lockWatch: LockWatch? = nil,
        prepare: @escaping @Sendable (PostgresConnection) async throws -> Void = { _ in }
    ) {
        self.lockWatch = lockWatch
        line = Line { () async throws -> PostgresConnection in
            let connection = try await PostgresConnection.connect(configuration, on: thread)
            do {
                try await prepare(connection)
            } catch {
                await connection.close()
                throw error
            }
            return connection
        }
    }

    /// How often it has connected.
    public var generation: Int {
        get async { await line.generation }
    }

    /// Ends the connection when whoever has it is done; the next use connects again.
    public func close() async {
        await line.close()
    }

    /// Runs one statement.
    ///
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func query(_ sql: SQL) async throws -> PostgresResult {
        try await withConnection { try await $0.query(sql) }
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// - Parameters:
    ///   - leavesSettings: Whether the session is to be reset before somebody else uses it, because the
    ///     SQL of others runs in it.
    ///   - body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    public nonisolated(nonsending) func transaction<Result>(
        leavesSettings: Bool = false,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await withConnection(leavesSettings: leavesSettings) { connection in
            try await connection.transaction { try await body(connection) }
        }
    }

    /// Runs `body` with the connection, which nobody else uses meanwhile.
    ///
    /// - Parameters:
    ///   - leavesSettings: Whether the session is to be reset before somebody else uses it, because the
    ///     SQL of others runs in it.
    ///   - body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    public nonisolated(nonsending) func withConnection<Result>(
        leavesSettings: Bool = false,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await line.take()
        do {
            let result = try await watched(connection, body)
            await line.pass(leavesSettings: leavesSettings)
            return result
        } catch {
            await line.pass(leavesSettings: leavesSettings)
            throw error
        }
    }

    /// Runs `body` with a session of its own: nobody has used it before, and it ends with `body`.
    ///
    /// What the SQL of others leaves in it, locks above all, is gone then, not only when somebody else needs a session.
    ///
    /// - Parameter body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    public nonisolated(nonsending) func withOwnSession<Result>(
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await line.take(anew: true)
        do {
            let result = try await watched(connection, body)
            await line.end()
            return result
        } catch {
            await line.end()
            throw error
        }
    }

    /// Runs `body` in a transaction in a session of its own, as ``withOwnSession(_:)`` does.
    ///
    /// - Parameter body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, and ``PostgresError``.
    public nonisolated(nonsending) func ownTransaction<Result>(
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await withOwnSession { connection in
            try await connection.transaction { try await body(connection) }
        }
    }

    private nonisolated(nonsending) func watched<Result>(
        _ connection: PostgresConnection,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        guard let lockWatch else { return try await body(connection) }
        let watch = lockWatch.begin(over: connection)
        defer { watch.cancel() }
        do {
            return try await body(connection)
        } catch {
            throw await lockWatch.explain(error, by: watch)
        }
    }
}

/// The callers of a client, in line for its connection.
private actor Line {
    private let connect: @Sendable () async throws -> PostgresConnection
    private var connection: PostgresConnection?
    private var hasForeignSettings = false
    private var isTaken = false
    private var waiting: [Latch] = []
    private(set) var generation = 0

    init(connect: @escaping @Sendable () async throws -> PostgresConnection) {
        self.connect = connect
    }

    /// The connection, or another one, when it is the caller's turn.
    func take(anew: Bool = false) async throws -> PostgresConnection {
        guard await takeTurn() else { throw PostgresError.cancelled("waiting for the connection") }
        do {
            if anew { await disconnect() }
            return try await connected()
        } catch {
            passTurn()
            throw error
        }
    }

    /// Lets the next one have it.
    func pass(leavesSettings: Bool) {
        if leavesSettings { hasForeignSettings = true }
        passTurn()
    }

    /// Ends the connection and lets the next one have another, whatever becomes of the caller.
    func end() async {
        await Task { await disconnect() }.value
        passTurn()
    }

    /// In a task of its own, which nobody cancels: the connection is closed whatever becomes of the caller.
    func close() async {
        await Task {
            guard await takeTurn() else { return }
            await disconnect()
            passTurn()
        }
        .value
    }

    private func disconnect() async {
        await connection?.close()
        connection = nil
    }

    private func connected() async throws -> PostgresConnection {
        if let connection, connection.isUsable, try await isClean(connection) { return connection }
        let fresh = try await connect()
        connection = fresh
        hasForeignSettings = false
        generation += 1
        return fresh
    }

    private func isClean(_ connection: PostgresConnection) async throws -> Bool {
        guard hasForeignSettings else { return true }
        guard try await connection.reset() else { return false }
        hasForeignSettings = false
        return true
    }

    /// Waits for the caller's turn; `false` when it is cancelled before that, and has left the line.
    private func takeTurn() async -> Bool {
        guard isTaken else {
            isTaken = true
            return true
        }
        let turn = Latch()
        waiting.append(turn)
        await turn.wait()
        waiting.removeAll { $0 === turn }
        return turn.isOpen
    }

    private func passTurn() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().open()
        }
    }
}
