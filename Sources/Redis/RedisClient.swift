internal import BlockingThread
internal import Endpoints

/// Commands to one server, over a connection that is made when it is needed and again when it is lost.
///
/// Calls are served one after the other, in order. Each ends by its deadline, waiting for its turn and
/// connecting included; a call with a shorter deadline than those before it may end as late as they
/// do. A server that fails costs a call at most its deadline; after that, calls fail at once and with
/// the same code for a moment (0.1 s, doubling up to 5 s, with jitter). No command is sent twice.
/// Cancelling the calling task ends a call at once.
public actor RedisClient {
    /// Where the server is and how it is spoken to.
    public nonisolated let configuration: RedisConfiguration
    private let thread: BlockingThread
    private let wakeUp = WakeUp()
    private var connection: RedisConnection?
    private var breaker: CircuitBreaker
    private var isClosed = false

    /// The client's own thread, where calls may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Creates a client; it connects with the first call.
    public init(_ configuration: RedisConfiguration) {
        self.init(configuration, breaker: CircuitBreaker())
    }

    init(_ configuration: RedisConfiguration, breaker: CircuitBreaker) {
        self.configuration = configuration
        self.breaker = breaker
        thread = BlockingThread(name: "redis")
    }

    /// Sends a command.
    ///
    /// - Parameters:
    ///   - command: The command's name and its arguments.
    ///   - timeout: How long the call may take; by default the configuration's timeout.
    /// - Returns: the reply; never ``RedisReply/error(_:)``.
    /// - Throws: ``RedisError``, also when the server refuses the command.
    public nonisolated func send(
        _ command: [RedisArgument],
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        try Self.only(try await pipeline([command], timeout: timeout))
    }

    /// Sends commands in one go, without waiting for a reply before sending the next.
    ///
    /// - Parameters:
    ///   - commands: The commands.
    ///   - timeout: How long the call may take; by default the configuration's timeout.
    /// - Returns: a reply for each; that of a refused command is ``RedisReply/error(_:)``.
    /// - Throws: ``RedisError``, when not every reply came.
    public nonisolated func pipeline(
        _ commands: [[RedisArgument]],
        timeout: Duration? = nil
    ) async throws(RedisError) -> [RedisReply] {
        if commands.isEmpty { return [] }
        let encoded = try EncodedCommands(commands)
        return try await call(timeout) { connection, limit throws(RedisError) in
            try connection.exchange(encoded, limit: limit)
        }
    }

    /// Runs a script.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - keys: The keys it uses, `KEYS` in Lua.
    ///   - arguments: What else it needs, `ARGV` in Lua.
    ///   - timeout: How long the call may take; by default the configuration's timeout.
    /// - Returns: what the script returns; never ``RedisReply/error(_:)``.
    /// - Throws: ``RedisError``, also when the script fails.
    public nonisolated func run(
        _ script: RedisScript,
        keys: [RedisArgument] = [],
        arguments: [RedisArgument] = [],
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        let words = [RedisArgument(keys.count)] + keys + arguments
        let short = try EncodedCommands([["EVALSHA", .init(script.digest)] + words])
        let full = try EncodedCommands([["EVAL", .init(script.source)] + words])
        return try Self.only(
            try await call(timeout) { connection, limit throws(RedisError) in
                try connection.exchange(short, orInFull: full, limit: limit)
            }
        )
    }

    /// Ends the connection; every later call fails with ``RedisError/Code/closed``.
    public func close() {
        connection?.close()
        connection = nil
        isClosed = true
    }
}

extension RedisClient {
    private typealias Work =
        @Sendable (RedisConnection, CallLimit) throws(RedisError) -> [RedisReply]

    /// Does `work` on the client's thread.
    ///
    /// The deadline is set here, before the call waits for its turn.
    private nonisolated func call(
        _ timeout: Duration?,
        _ work: @escaping Work
    ) async throws(RedisError) -> [RedisReply] {
        let limit = CallLimit(
            server: configuration.url.description,
            timeout: timeout ?? configuration.timeout,
            wakeUp: wakeUp
        )
        let result = await withTaskCancellationHandler {
            await perform(work, limit: limit)
        } onCancel: {
            wakeUp.signal()
        }
        return try result.get()
    }

    private func perform(
        _ work: Work,
        limit: CallLimit
    ) -> Result<[RedisReply], RedisError> {
        do throws(RedisError) {
            try limit.check(.queueing)
            return .success(try exchange(work, on: try readyConnection(limit), limit: limit))
        } catch {
            return .failure(error)
        }
    }

    /// The connection, made anew where there is none or the server has closed it meanwhile.
    private func readyConnection(_ limit: CallLimit) throws(RedisError) -> RedisConnection {
        if isClosed { throw .closed(server: limit.server) }
        if let connection, connection.isQuiet() { return connection }
        connection = nil
        if let refusal = breaker.refusal() { throw refusal }
        do throws(RedisError) {
            let fresh = try RedisConnection(configuration, limit: limit)
            connection = fresh
            return fresh
        } catch {
            if error.code != .cancelled { breaker.recordFailure(error) }
            throw error
        }
    }

    private func exchange(
        _ work: Work,
        on connection: RedisConnection,
        limit: CallLimit
    ) throws(RedisError) -> [RedisReply] {
        do throws(RedisError) {
            let replies = try work(connection, limit)
            breaker.recordSuccess()
            return replies
        } catch {
            self.connection = nil
            // A lost connection says nothing of the server: the next one will tell.
            if error.code == .timeout || error.code == .protocolViolation {
                breaker.recordFailure(error)
            }
            throw error
        }
    }

    private static func only(_ replies: [RedisReply]) throws(RedisError) -> RedisReply {
        guard let reply = replies.first else { return .null }
        if case .error(let error) = reply { throw error }
        return reply
    }
}
