public import Pipelines
import Postgres

/// A column of a query's result.
public struct QueryColumn: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its type as Postgres calls it: `timestamp with time zone`.
    public let type: String
}

/// Asks a database what a query's columns are; the query is planned and gives no row.
///
/// - Parameters:
///   - query: One SELECT.
///   - name: The source's name, for messages.
///   - url: The database, with `${…}`.
///   - period: What `:period_start` and `:period_end` stand for.
///   - environment: Knows the values of `${…}`.
/// - Returns: The columns in order.
/// - Throws: ``ExtractionError``, and `PostgresError` of the database.
public func describe(
    query: String,
    name: String,
    url: String,
    period: Period?,
    environment: SourceEnvironment
) async throws -> [QueryColumn] {
    let url = try environment.resolve(url)
    let configuration = try QueryRowReader.configuration(url, name: name)
    let bounds = period.map { QueryBounds(period: $0, clock: SourceClock(zone: "UTC")).days }
    do {
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await describe(PreparedQuery.replacing(query, with: bounds), on: connection)
        }
    } catch {
        throw url.masked(error)
    }
}

private func describe(
    _ sql: String,
    on connection: PostgresConnection
) async throws -> [QueryColumn] {
    let names = try await connection.query("select * from (\(sql)\n) as described limit 0").columns
    guard Set(names).count == names.count else {
        return names.map { QueryColumn(name: $0, type: "") }
    }
    // `pg_typeof` of a null still is the column's type, and `limit 0` spares the query's work.
    let types = names.enumerated()
        .map { "pg_typeof(described.\(quoteIdentifier($1)))::text as t\($0)" }
    let rows = try await connection.query(
        "select \(types.joined(separator: ", ")) from (values (1)) as one(x) "
            + "left join (select * from (\(sql)\n) as inside limit 0) as described on true"
    )
    guard let row = rows.first else { return [] }
    return try names.enumerated().map { QueryColumn(name: $1, type: try row.text("t\($0)")) }
}
