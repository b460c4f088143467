import BlockingThread

/// A connection with one channel, for declaring and inspecting what a broker holds.
///
/// Messages go through ``AMQPPublisher`` and ``AMQPConsumer``, which reconnect; this does not: after
/// the connection is lost every call throws. Calls block a thread of the connection's own, and none
/// of them longer than ``AMQPConfiguration/operationTimeout``.
public actor AMQPConnection {
    private let thread: BlockingThread
    private let configuration: AMQPConfiguration
    private var channel: Channel?
    private var keepingAlive: Task<Void, Never>?
    /// Whether `withChannel` has been called: what the broker says is its callers' from then on.
    private var isTakenOver = false

    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(_ configuration: AMQPConfiguration, thread: BlockingThread) {
        self.configuration = configuration
        self.thread = thread
    }

    /// Connects and logs in, once.
    ///
    /// - Throws: `hostUnknown`, `connectionRefused`, `tlsRefused`, `accessRefused`,
    ///   `virtualHostRefused` or `timedOut`.
    public static func connect(
        to configuration: AMQPConfiguration
    ) async throws(AMQPError) -> AMQPConnection {
        try await connect(to: configuration, on: BlockingThread(name: "amqp"))
    }

    /// Connects; calls block `thread`, which nothing else should use meanwhile.
    static func connect(
        to configuration: AMQPConfiguration,
        on thread: BlockingThread
    ) async throws(AMQPError) -> AMQPConnection {
        let connection = AMQPConnection(configuration, thread: thread)
        try await connection.open()
        return connection
    }

    private func open() throws(AMQPError) {
        channel = try Channel(configuration)
        let pause = configuration.heartbeat / 3
        guard pause > .zero else { return }
        // On the connection's thread, because the pool's may all be busy.
        keepingAlive = Task(executorPreference: thread) { [weak self] in
            while (try? await Task.sleep(for: pause)) != nil, await self?.serveHeartbeats() == true
            {}
        }
    }

    private func serveHeartbeats() -> Bool {
        guard let channel, !isTakenOver else { return false }
        do {
            while let _ = try channel.receive() {}
            return true
        } catch {
            return false
        }
    }

    /// Runs `body` on the connection's thread; it may block there as long as it likes.
    ///
    /// From the first call on the callers see to the heartbeats, and deliveries are theirs.
    func withChannel<Result: Sendable>(
        _ body: @Sendable (Channel) throws -> Result
    ) throws -> Result {
        isTakenOver = true
        return try body(usableChannel())
    }

    private func usableChannel() throws(AMQPError) -> Channel {
        guard let channel else { throw .closed("connection") }
        return channel
    }

    /// Says goodbye and closes; does nothing when that has happened.
    public func close() {
        keepingAlive?.cancel()
        channel?.close()
        channel = nil
    }
}

// What a broker holds.
extension AMQPConnection {
    /// Makes sure that a queue exists, and tells its state.
    ///
    /// An empty name asks the broker for a name. `arguments` are the `x-…` settings of the queue.
    ///
    /// - Throws: `refused(406)` when the queue exists with other settings, `refused(405)` when it
    ///   belongs to another connection.
    @discardableResult
    public func declareQueue(
        _ name: String = "",
        isDurable: Bool = true,
        isExclusive: Bool = false,
        isAutoDelete: Bool = false,
        arguments: AMQPTable = [:]
    ) throws(AMQPError) -> AMQPQueueState {
        try usableChannel()
            .declareQueue(
                name,
                isPassive: false,
                isDurable: isDurable,
                isExclusive: isExclusive,
                isAutoDelete: isAutoDelete,
                arguments: arguments
            )
    }

    /// The state of a queue; `nil` when there is none of the name.
    public func queueState(_ name: String) throws(AMQPError) -> AMQPQueueState? {
        do {
            return try usableChannel()
                .declareQueue(
                    name,
                    isPassive: true,
                    isDurable: false,
                    isExclusive: false,
                    isAutoDelete: false,
                    arguments: [:]
                )
        } catch  where error.code == .refused(replyCode: 404) {
            return nil
        }
    }

    /// Makes sure that a durable exchange exists that routes to every bound queue.
    ///
    /// - Throws: `refused(406)` when it exists with other settings.
    public func declareFanoutExchange(_ name: String) throws(AMQPError) {
        try usableChannel().declareFanoutExchange(name)
    }

    /// Routes what `exchange` gets for `routingKey` to `queue`.
    public func bind(
        queue: String,
        to exchange: String,
        routingKey: String = ""
    ) throws(AMQPError) {
        try usableChannel().bind(queue: queue, to: exchange, routingKey: routingKey)
    }

    /// Deletes a queue with what is in it; tells how many messages that were.
    @discardableResult
    public func deleteQueue(_ name: String) throws(AMQPError) -> Int {
        try usableChannel().deleteQueue(name)
    }

    /// Deletes an exchange.
    public func deleteExchange(_ name: String) throws(AMQPError) {
        try usableChannel().deleteExchange(name)
    }

    /// Removes the ready messages of a queue; tells how many.
    @discardableResult
    public func purge(_ name: String) throws(AMQPError) -> Int {
        try usableChannel().purge(name)
    }
}
