public import Postgres

/// Hears of loads that can be taken up, on a connection of its own.
///
/// What it hears is a hint: who coordinates looks into the ledger now and then all the same, and must
/// where a pooler of connections keeps `LISTEN` from working.
public struct LoadListener: Sendable {
    private let configuration: PostgresConfiguration

    /// A listener to the ledger's database.
    public init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration.atWarehouse
    }

    /// Calls `hear` when a load can be taken up, and once at the beginning, until the connection is lost or
    /// the task is cancelled.
    ///
    /// - Throws: ``PostgresError``.
    public func run(_ hear: @Sendable () -> Void) async throws {
        let connection = try await PostgresConnection.connect(configuration)
        do {
            try await connection.query("listen longshore_load")
            hear()
            while true {
                if try await connection.notification(within: .seconds(30)) != nil {
                    // Of many at once one is enough.
                    while try await connection.notification(within: .zero) != nil {}
                    hear()
                } else {
                    try await connection.query("select")
                }
            }
        } catch {
            await connection.close()
            throw error
        }
    }
}
