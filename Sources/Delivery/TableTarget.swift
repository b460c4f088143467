import Extraction
import Planning
import Postgres

/// Rows of a table in a Postgres database, by their key.
///
/// Beside the table stands `longshore_delivered`, which has the revision of each key that was delivered. Revision and
/// row change in one transaction, so an older revision changes nothing however late it comes, even when the row is
/// gone since.
struct TableTarget: EffectTarget {
    private let connection: PostgresConnection
    private let database: PostgresSource
    private let table: SQL
    private let revisions: SQL
    private let key: [String]

    /// Connects to the database.
    static nonisolated(nonsending) func open(
        _ table: String,
        key: [String],
        in database: PostgresSource
    ) async throws -> TableTarget {
        do {
            let connection = try await PostgresConnection.connect(
                database.configuration(exports: true)
            )
            return TableTarget(connection: connection, database: database, table: table, key: key)
        } catch {
            throw database.failure(error)
        }
    }

    private init(
        connection: PostgresConnection,
        database: PostgresSource,
        table: String,
        key: [String]
    ) {
        self.connection = connection
        self.database = database
        self.key = key
        let parts = table.split(separator: ".").map(String.init)
        let name = "longshore_delivered"
        if parts.count > 1 {
            self.table = "\(id: parts[0], parts[1])"
            revisions = "\(id: parts[0], name)"
        } else {
            self.table = "\(id: table)"
            revisions = "\(id: name)"
        }
    }

    nonisolated(nonsending) func deliver(_ effect: Effect) async throws -> EffectResult {
        do {
            try await connection.transaction {
                let columns = try await columns(ofNewer: effect)
                guard !columns.isEmpty else { return }
                switch effect.kind {
                case .put: try await put(effect, columns)
                case .delete: try await delete(effect)
                }
            }
            return .delivered
        } catch is OtherKey {
            return .refused(
                EffectFailure(
                    code: "export.key",
                    message: database.masked(
                        "writing to \(table.written): the table reads the key as another text, so several "
                            + "keys could be one row of it: let the query write it as the table does"
                    )
                )
            )
        } catch let error as PostgresError {
            return try result(of: error)
        }
    }

    func close() async {
        await connection.close()
    }

    // MARK: Statements

    /// The columns of an effect that the target has no such revision of yet, none of another; until the transaction
    /// ends, nobody else delivers the key.
    ///
    /// They are read by the server as it reads the row: what is JSON to it alone fails here, as this row's fault.
    private nonisolated(nonsending) func columns(ofNewer effect: Effect) async throws -> [String] {
        let export = "\(effect.export.schema).\(effect.export.name)"
        let rows = try await connection.query(
            """
            with newer as (
                insert into \(revisions) as r (export, key, revision)
                values (\(export), \(effect.key), \(effect.revision))
                on conflict (export, key) do update set revision = excluded.revision
                where r.revision < excluded.revision
                returning 1
            )
            select distinct name from newer, json_object_keys(\(effect.body)::json) name order by name
            """
        )
        return try rows.map { try $0.text("name") }
    }

    private func row(_ effect: Effect) -> SQL {
        "json_populate_record(null::\(table), \(effect.body)::json)"
    }

    private nonisolated(nonsending) func delete(_ effect: Effect) async throws {
        let isRow = key.map { "t.\(id: $0) = r.\(id: $0)" as SQL } + [hasKey(of: effect)]
        try await connection.query(
            "delete from \(table) t using \(row(effect)) r where \(isRow.joined(separator: " and "))"
        )
    }

    /// A row under this key of the table must not have another text for it: `1` and `01` are two keys to the ledger, and one
    /// row where the column is a number; so are `a` and `A` where the column does not tell them apart.
    private nonisolated(nonsending) func put(
        _ effect: Effect,
        _ columns: [String]
    ) async throws {
        let others = columns.filter { !key.contains($0) }
        let changes = (others.isEmpty ? key : others)
            .map { name in
                others.isEmpty
                    ? "\(id: name) = t.\(id: name)" as SQL : "\(id: name) = excluded.\(id: name)"
            }
        let rows = try await connection.query(
            """
            insert into \(table) as t (\(ids: columns)) select \(ids: columns) from \(row(effect))
            on conflict (\(ids: key)) do update set \(changes.joined(separator: ", "))
            returning \(hasKey(of: effect)) as has_key
            """
        )
        guard try rows.allSatisfy({ try $0.boolean("has_key") }) else { throw OtherKey() }
    }

    /// Whether the row `t` of the table has for its key what the effect has, as Postgres or JSON writes it.
    private func hasKey(of effect: Effect) -> SQL {
        let isSame = key.map { name in
            """
            \(effect.body)::json ->> \(name) in (t.\(id: name)::text, to_json(t.\(id: name)) #>> '{}')
            """ as SQL
        }
        return isSame.joined(separator: " and ")
    }

    private struct OtherKey: Error {}

    // MARK: Errors

    /// What an error says of the effect; it is thrown when it would befall each of them.
    private func result(of error: PostgresError) throws -> EffectResult {
        if error.code == .cancelled, Task.isCancelled { throw CancellationError() }
        switch error.sqlState?.errorClass {
        case "22"?:
            // What the server says has the value in it.
            return .refused(
                failure(error, "a value does not fit the table's column")
            )
        case "42"?:
            throw TargetError("table", advice(on: error))
        case let errorClass? where !Self.classesOfTheServer.contains(errorClass):
            return .refused(failure(error, error.message))
        default:
            guard error.isRetryable, connection.isUsable else { throw database.failure(error) }
            return .postponed(failure(error, error.message), for: nil)
        }
    }

    /// The classes of codes that tell of the server, the session or the login, and of no row.
    ///
    /// All but these and 42 do: constraints, limits such as that of an index (54), and whatever code a trigger raises.
    private static let classesOfTheServer: Set<String> = [
        "08", "0A", "0B", "0L", "0P", "25", "26", "28", "2B", "2D", "3B", "3D", "3F", "40", "53",
        "55", "57", "58", "F0", "HV", "XX",
    ]

    private func failure(_ error: PostgresError, _ message: String) -> EffectFailure {
        EffectFailure(
            code: "export.postgres.\(error.sqlState?.rawValue ?? "\(error.code)")",
            message: database.masked("writing to \(table.written): \(message)")
        )
    }

    private func advice(on error: PostgresError) -> String {
        let needed: SQL = """
            create table \(revisions) (export text, key text, revision bigint not null, \
            primary key (export, key));
            """
        return database.masked("writing to \(table.written): \(error.message)")
            + "; the login of the source needs the rights to insert, update, delete and select, the table a unique "
            + "constraint on its key, and beside it there must be: \(needed.written)"
    }
}
