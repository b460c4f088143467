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
    private let text: String
    private let bounds: QueryBounds?
    private let namesSearchPath: Bool

    init(text: String, name: String, bounds: QueryBounds?, namesSearchPath: Bool) {
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
        let body = try await bound(found.columns, on: connection)
        return "copy (\(body)\n) to stdout (format csv, header true, encoding 'UTF8')"
    }

    private func described(on connection: PostgresConnection) async throws -> PostgresResult {
        let days = SQL(raw: Self.replacing(text, with: bounds?.days))
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

    /// The query with its period's bounds in place.
    private func bound(
        _ columns: [String],
        on connection: PostgresConnection
    ) async throws -> SQL {
        guard let bounds, Self.replacing(text, with: bounds.days) != text else {
            return SQL(raw: text)
        }
        let rows = try await connection.query(bounds.question)
        guard let row = rows.first else { return SQL(raw: text) }
        let place = bounds.clock.periodColumn.flatMap { columns.firstIndex(of: $0) }
        let literals = try bounds.literals(
            answer: (first: row.integer("first"), last: row.integer("last")),
            type: place.flatMap { place in types.withLock { $0[place] } }
        )
        return SQL(raw: Self.replacing(text, with: literals))
    }

    /// A query with literals for its placeholders.
    static func replacing(_ text: String, with literals: [String: String]?) -> String {
        SQLText(text).replacing(placeholders: literals ?? [:])
    }
}

extension SourceType {
    /// What a built-in type is, by its object identifier (`pg_type.dat`).
    fileprivate init?(postgres type: UInt32) {
        switch type {
        case 1082: self = .date
        case 1114: self = .timestamp
        case 1184: self = .instant
        // smallint, integer, bigint, oid, real, double precision, numeric
        case 20, 21, 23, 26, 700, 701, 1700: self = .number
        default: return nil
        }
    }
}
