import Endpoints
import Pipelines
import Postgres

/// A Postgres database whose tables are asked.
struct PostgresSource: QuerySource {
    /// The source's name, for messages.
    let name: String
    /// Where the database is.
    let url: ResolvedText

    nonisolated(nonsending) func open(
        _ query: String,
        period: Period?,
        clock: SourceClock
    ) async throws -> any RowReader {
        try await QueryRowReader.open(query, name: name, url: url, period: period, clock: clock)
    }

    nonisolated(nonsending) func columns(
        of query: String,
        period: Period?
    ) async throws -> [QueryColumn] {
        let configuration = try Self.configuration(url, name: name)
        let bounds = period.map { QueryBounds(period: $0, clock: SourceClock(zone: "UTC")).days }
        do {
            return try await PostgresConnection.withConnection(configuration) { connection in
                let sql = SQL(raw: PreparedQuery.replacing(query, with: bounds))
                return try await connection.rolledBack { try await describe(sql, on: connection) }
            }
        } catch {
            throw url.masked(error)
        }
    }

    static func sample(of query: String, rows: Int) -> String {
        "select * from (\(query)\n) as sampled limit \(rows)"
    }

    /// How its sessions are opened, which read only.
    static func configuration(
        _ url: ResolvedText,
        name: String
    ) throws -> PostgresConfiguration {
        do {
            var configuration = try PostgresConfiguration(url: url.value)
            configuration.applicationName = "longshore extract"
            configuration.session.isReadOnly = true
            configuration.isForeign = true
            return configuration
        } catch let error as EndpointError {
            throw ExtractionError(
                .misconfigured,
                "the URL of the source `\(name)`: \(url.masked(error.description))"
            )
        } catch {
            throw url.masked(error)
        }
    }
}

private func describe(
    _ sql: SQL,
    on connection: PostgresConnection
) async throws -> [QueryColumn] {
    let names = try await connection.query("select * from (\(sql)\n) as described limit 0").columns
    guard Set(names).count == names.count else {
        return names.map { QueryColumn(name: $0, type: "") }
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
    return try names.enumerated().map { QueryColumn(name: $1, type: try row.text("t\($0)")) }
}
