import Pipelines
import Postgres
import Rows
import Synchronization

/// A query of a source on its way to the server: its columns are asked for first, in the transaction
/// that reads it.
final class PreparedQuery: Sendable {
    /// The source's name.
    let name: String
    /// What the columns are, once they are known.
    let types = Mutex<[SourceType?]>([])
    private let text: SQLText
    private let bounds: QueryBounds?
    private let namesSearchPath: Bool

    init(text: SQLText, name: String, bounds: QueryBounds?, namesSearchPath: Bool) {
        self.text = text
        self.name = name
        self.bounds = bounds
        self.namesSearchPath = namesSearchPath
    }

    /// Describes the query and gives the COPY of it; its tables stay as they are until the transaction
    /// ends.
    func copySQL(on connection: PostgresConnection) async throws -> SQL {
        let found = try await described(on: connection)
        types.withLock { $0 = found.columnTypes.map { SourceType(postgres: $0) } }
        let body = try await bounds?.bind(text, ofSource: name, on: connection) ?? text.text
        return "copy (\(raw: body)\n) to stdout (format csv, header true, encoding 'UTF8')"
    }

    private func described(on connection: PostgresConnection) async throws -> PostgresResult {
        let days = SQL(raw: bounds?.days(in: text) ?? text.text)
        do {
            return try await connection.query("select * from (\(days)\n) as described limit 0")
        } catch let error as PostgresError
            where error.sqlState == .undefinedTable && !namesSearchPath
        {
            throw ExtractionError(
                .misconfigured,
                "the query of the source `\(name)`: \(error.message). Names without a schema are "
                    + "looked up in `\(SessionSettings.standardSearchPath)`, whatever the role or the "
                    + "database says: write the schema, or add `?options=-csearch_path%3DSCHEMA` to the "
                    + "source's URL"
            )
        }
    }
}
