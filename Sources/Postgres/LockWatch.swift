/// Looks from another session at the one that a client uses, so that a lock which is waited for in vain can be said to
/// be somebody's: the server does not say it, and who has waited in vain cannot ask it any more.
public struct LockWatch: Sendable {
    private let configuration: PostgresConfiguration
    private let interval: Duration
    private let look: @Sendable (PostgresConnection, _ session: Int32) async throws -> String?
    private let refusal: @Sendable (_ holders: String) -> any Error

    /// A watch.
    ///
    /// - Parameters:
    ///   - configuration: For the session that looks; it is opened when the first interval is over, which few uses
    ///     of a client come to.
    ///   - interval: How often it looks: several times within the limit of a wait.
    ///   - look: Who keeps a session waiting, in words; `nil` when nobody does.
    ///   - refusal: The error in the place of the server's, when somebody was seen.
    public init(
        _ configuration: PostgresConfiguration,
        every interval: Duration,
        look: @escaping @Sendable (PostgresConnection, _ session: Int32) async throws -> String?,
        refusal: @escaping @Sendable (_ holders: String) -> any Error
    ) {
        self.configuration = configuration
        self.interval = interval
        self.look = look
        self.refusal = refusal
    }

    /// Looks until it is cancelled.
    ///
    /// - Returns: whom it saw last.
    func begin(over connection: PostgresConnection) -> Task<String?, Never> {
        let session = connection.backendPID
        return Task {
            guard let session else { return nil }
            return await watch(session)
        }
    }

    private func watch(_ session: Int32) async -> String? {
        var lookout: PostgresConnection?
        var seen: String?
        while (try? await Task.sleep(for: interval)) != nil {
            if lookout?.isUsable != true {
                lookout = try? await PostgresConnection.connect(configuration)
            }
            guard let lookout else { continue }
            // Who has let go since is in nobody's way any more.
            if let found = try? await look(lookout, session) as String?? { seen = found }
        }
        await lookout?.close()
        return seen
    }

    /// The error that says who was in the way, when `error` is that a lock was waited for in vain and nobody has
    /// looked yet who has it.
    func explain(_ error: any Error, by watch: Task<String?, Never>) async -> any Error {
        watch.cancel()
        guard let failure = error as? PostgresError, failure.sqlState == .lockNotAvailable,
            failure.lockHolders == nil, let holders = await watch.value
        else { return error }
        return refusal(holders)
    }
}
