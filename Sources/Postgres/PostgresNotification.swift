/// What another session has said by `NOTIFY`.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What was said; often nothing.
    public let payload: String
}

extension PostgresConnection {
    /// Waits for what is said on the channels that the session listens to (`LISTEN`).
    ///
    /// - Parameter time: For how long; what has arrived already is handed out without waiting.
    /// - Returns: The oldest notification that was not handed out yet; `nil` when none came in time.
    /// - Throws: ``PostgresError``, also when the task is cancelled.
    public func notification(within time: Duration) async throws -> PostgresNotification? {
        try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            return try session.notification(until: .now + time)
        }
    }
}
