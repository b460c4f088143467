import BlockingThread

/// Reads documents of a MongoDB database, and does nothing else.
///
/// All that blocks happens on a thread of its own. It belongs to one task at a time. A connection that is lost, and a cursor
/// that the server has forgotten, are replaced: reading goes on behind the last document that has come.
public actor MongoConnection {
    private nonisolated let thread = BlockingThread(name: "mongodb")
    private nonisolated let configuration: MongoConfiguration
    private var session: MongoSession?
    private var search: DocumentSearch?
    /// The `_id` of the last document, as the bytes of its element.
    private var lastID: [UInt8]?
    private var count = 0
    private var lines = JSONLine()

    /// How often a lost connection is replaced while no document comes.
    private static let mostTries = 5

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
    /// - Throws: ``MongoError``.
    public static func connect(_ configuration: MongoConfiguration) async throws -> MongoConnection
    {
        let connection = MongoConnection(configuration)
        try await connection.open()
        return connection
    }

    private func open() throws {
        session = try MongoSession(configuration)
    }

    /// Ends the connection.
    public func close() async {
        (session, search) = (nil, nil)
    }

    /// Begins to read documents.
    ///
    /// - Throws: ``MongoError``, also for a filter that is none, and for a collection that is not there.
    public func begin(_ search: DocumentSearch) async throws {
        (self.search, lastID, count) = (search, nil, 0)
        try session?.requireCollection(search.collection)
        try session?.begin(search, behind: nil)
    }

    /// The next documents, as lines of JSON.
    ///
    /// - Parameter limit: About how many bytes.
    /// - Returns: The lines, and whether they are the last ones.
    /// - Throws: ``MongoError``.
    public func fetch(upTo limit: Int) async throws -> (lines: [UInt8], isLast: Bool) {
        var tries = 0
        while true {
            let before = count
            do {
                try resume()
                let isLast = try read(upTo: limit)
                return (lines.take(), isLast)
            } catch let error as MongoError where error.isRetryable {
                tries = count > before ? 1 : tries + 1
                guard tries <= Self.mostTries, count == 0 || lastID != nil else { throw error }
                session = nil
                try await Task.sleep(for: .milliseconds(100 << tries))
            }
        }
    }

    /// Whether there are no more.
    private func read(upTo limit: Int) throws -> Bool {
        guard let session else { throw MongoError(.unavailable, "the connection is closed") }
        while lines.bytes.count < limit {
            try Task.checkCancellation()
            guard let document = try session.next() else { return true }
            lastID = try lines.append(document)
            count += 1
        }
        return false
    }

    /// Connects anew and goes on, when the session was lost.
    private func resume() throws {
        guard session == nil, let search else { return }
        let session = try MongoSession(configuration)
        try session.begin(search, behind: lastID)
        self.session = session
    }
}
