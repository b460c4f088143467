import Endpoints
import Pipelines
package import Postgres
import Synchronization
import Words

/// A Postgres database whose tables are asked, by `COPY … TO STDOUT` in CSV, and written to by exports.
///
/// A query runs in a read-only transaction of its own that is rolled back, in which the session means by times and numbers
/// what they are read as.
package struct PostgresSource: QuerySource {
    /// The source's name, for messages.
    let name: String
    /// Where the database is.
    let url: ResolvedText

    package init(name: String, url: ResolvedText) {
        (self.name, self.url) = (name, url)
    }

    nonisolated(nonsending) func open(
        _ query: String,
        period: Period?,
        clock: SourceClock
    ) async throws -> any RowReader {
        var configuration = try configuration()
        configuration.session.timeZone = clock.zone
        let connection = try await connected(configuration)
        let query = PreparedQuery(
            text: SQLText(query),
            name: name,
            bounds: try period.map { try QueryBounds(of: $0, clock: clock) },
            namesSearchPath: configuration.session.searchPath == nil
        )
        return try await QueryRowReader.open(name) { feed in
            do {
                try await copyOut(query, on: connection, to: feed)
            } catch {
                await connection.close()
                throw failure(error)
            }
            await connection.close()
        }
    }

    private func connected(
        _ configuration: PostgresConfiguration
    ) async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(configuration)
        } catch {
            throw failure(error)
        }
    }

    nonisolated(nonsending) func columns(
        of query: String,
        period: Period?
    ) async throws -> [QueryColumn] {
        let configuration = try configuration()
        let bounds = try period.map { try QueryBounds(of: $0, clock: SourceClock(zone: "UTC")) }
        let sql = SQL(raw: bounds?.days(in: SQLText(query)) ?? query)
        do {
            return try await PostgresConnection.withConnection(configuration) { connection in
                try await connection.rolledBack { try await describe(sql, on: connection) }
            }
        } catch {
            throw failure(error)
        }
    }

    /// How its sessions are opened; those that do not export read only.
    package func configuration(exports: Bool = false) throws -> PostgresConfiguration {
        do {
            var configuration = try PostgresConfiguration(url: url.value)
            configuration.applicationName = exports ? "longshore export" : "longshore extract"
            configuration.session.isReadOnly = !exports
            configuration.session.mayCompile = true
            configuration.isForeign = true
            return configuration
        } catch let error as EndpointError {
            throw ExtractionError(error, in: url, of: name)
        } catch {
            throw failure(error)
        }
    }

    /// `message` with `${NAME}` in the place of each value of the URL.
    package func masked(_ message: String) -> String { url.masked(message) }

    /// What a session has thrown, as an error of the source, without the values of its URL.
    package func failure(_ error: any Error) -> any Error {
        switch error {
        case var error as PostgresError:
            error.message = url.masked(error.message)
            return ExtractionError(error, of: name)
        case let error as ExtractionError: return url.masked(error)
        default: return error
        }
    }
}

/// Sends the COPY's bytes on, a chunk for each request.
private func copyOut(
    _ query: PreparedQuery,
    on connection: PostgresConnection,
    to feed: QueryFeed
) async throws {
    try await connection.rolledBack {
        let sql = try await query.copySQL(on: connection)
        feed.tell(query.types.withLock(\.self))
        var gathered: [UInt8] = []
        gathered.reserveCapacity(QueryFeed.chunkSize)
        try await connection.copyOut(sql) { bytes in
            gathered += bytes
            guard gathered.count >= QueryFeed.chunkSize else { return }
            try await feed.send(gathered)
            gathered.removeAll(keepingCapacity: true)
        }
        try await feed.send(gathered)
    }
}

private func describe(
    _ sql: SQL,
    on connection: PostgresConnection
) async throws -> [QueryColumn] {
    let names = try await connection.query("select * from (\(sql)\n) as described limit 0").columns
    guard Set(names.exact).count == names.count else {
        return names.map { QueryColumn(name: ExactText($0), type: "") }
    }
    // `pg_typeof` of a null still is the column's type, and `limit 0` spares the query's work.
    let types = names.enumerated()
        .map { "pg_typeof(described.\(id: $1))::text as \(id: "t\($0)")" as SQL }
    let rows = try await connection.query(
        """
        select \(types.joined(separator: ", ")) from (values (1)) as one(x)
        left join (select * from (\(sql)\n) as inside limit 0) as described on true
        """
    )
    guard let row = rows.first else { return [] }
    return try names.enumerated()
        .map { QueryColumn(name: ExactText($1), type: try row.text("t\($0)")) }
}
