package import Postgres

/// What a mart's SQL means by names and times: those of its schema, and of the pipeline's zone.
///
/// In the zone a day becomes the instant of its midnight, and an instant the day that it lies in.
package struct MartSetting {
    let schema: String
    let zone: String

    package init(schema: String, zone: String) {
        self.schema = schema
        self.zone = zone
    }

    /// Temporary tables stand in for none of the schema's.
    private var searchPath: SQL { "\(id: schema), pg_temp" }

    /// The same for a function, as long as it runs; rows that a policy would hide are an error.
    var clauses: SQL {
        """
        set search_path to \(searchPath) set timezone to \(literal: zone) set row_security to off
        """
    }

    /// Runs one statement with the setting.
    @discardableResult
    package func query(
        _ sql: SQL,
        on connection: PostgresConnection
    ) async throws -> PostgresResult {
        try await hold(on: connection) { try await connection.query(sql) }
    }

    /// Asks the server with the setting; nothing else runs in it, because its schema holds names of others.
    package nonisolated(nonsending) func hold<Answer>(
        on connection: PostgresConnection,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        try await enter(on: connection)
        let answer = try await body()
        try await leave(on: connection)
        return answer
    }

    /// Holds until the transaction ends, or ``leave(on:)``.
    private func enter(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            select set_config('search_path', \(searchPath.text), true),
                set_config('timezone', \(zone), true)
            """
        )
    }

    /// What follows in the transaction means what it usually does, whatever the mart's SQL has set.
    func leave(on connection: PostgresConnection) async throws {
        try await connection.settleTransaction()
    }
}
