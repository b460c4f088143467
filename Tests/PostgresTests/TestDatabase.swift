import Postgres
import TestSupport

/// A configuration for a database that is this test's own, on the shared server.
func freshConfiguration() async throws -> PostgresConfiguration {
    try PostgresConfiguration(url: try await TestStack.shared().freshDatabase())
}

/// A connection to a database that is this test's own.
func freshConnection() async throws -> PostgresConnection {
    try await PostgresConnection.connect(freshConfiguration())
}

/// The error that `body` throws, if it throws one of ours.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// Runs `body` with a connection to a shared, unchanged database.
@discardableResult
func withConnection<Result>(
    _ body: (PostgresConnection) async throws -> Result
) async throws -> Result {
    let url = try await TestStack.shared().postgresURL
    return try await PostgresConnection.withConnection(PostgresConfiguration(url: url), body)
}

/// Cancels the task that calls it.
func cancelCurrentTask() {
    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
}
