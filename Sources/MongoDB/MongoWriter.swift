import BlockingThread

/// Writes documents of a MongoDB database, one after the other.
///
/// All that blocks happens on a thread of its own. The library cannot be told to stop: who is cancelled goes on at once, and
/// what was asked ends by itself, done or not. A connection that is lost is made anew with the next write.
public actor MongoWriter {
    private nonisolated let thread = BlockingThread(name: "mongodb")
    private nonisolated let configuration: MongoConfiguration
    private var session: MongoSession?

    /// The thread that the connection blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    private init(_ configuration: MongoConfiguration) {
        self.configuration = configuration
    }

    /// Connects and logs in.
    ///
    /// - Returns: A connection that is ready.
    /// - Throws: ``MongoError``, `CancellationError`.
    public static func connect(_ configuration: MongoConfiguration) async throws -> MongoWriter {
        let writer = MongoWriter(configuration)
        try await abandonable { try await writer.open() }
        return writer
    }

    private func open() throws {
        session = try MongoSession(configuration)
    }

    /// Ends the connection.
    public func close() async {
        session = nil
    }

    /// Writes a document, unless the collection has its revision or a newer one: then nothing is done.
    ///
    /// - Throws: ``MongoError``: ``MongoError/Code/refused(_:)`` and ``MongoError/Code/unfit`` for this document alone.
    ///   `CancellationError`.
    public nonisolated func write(_ write: DocumentWrite) async throws {
        try await Self.abandonable { try await self.perform(write) }
    }

    private func perform(_ write: DocumentWrite) throws {
        guard let session else { throw MongoError(.unavailable, "the connection is closed") }
        try session.write(write)
    }

    /// Waits for work that cannot be stopped, until it ends or the task is cancelled.
    private static func abandonable(
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (ends, end) = AsyncThrowingStream.makeStream(of: Void.self)
        Task {
            do {
                try await work()
                end.yield()
                end.finish()
            } catch {
                end.finish(throwing: error)
            }
        }
        for try await _ in ends { return }
        // A stream also ends when who waits is cancelled.
        throw CancellationError()
    }
}
