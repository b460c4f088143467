import Extraction
import Planning
import Postgres

/// Rows of a table in a Postgres database, by their key.
///
/// Beside the table stands `longshore_delivered`, which has the revision of each key that was delivered, and which row it
/// has. Both change in one transaction with the row, so an older revision changes nothing however late it comes, even when
/// the row is gone since.
struct TableTarget: EffectTarget {
    private let connection: PostgresConnection
    private let database: PostgresSource
    private let table: SQL
    private let revisions: SQL
    private let key: [String]

    /// Connects to the database, in a session of the zone in which times are that have none.
    static nonisolated(nonsending) func open(
        _ table: String,
        key: [String],
        in database: PostgresSource,
        zone: String
    ) async throws -> TableTarget {
        do {
            var configuration = try database.configuration(exports: true)
            configuration.session.timeZone = zone
            let connection = try await PostgresConnection.connect(configuration)
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
        } catch is RowOfOther {
            return .refused(
                EffectFailure(
                    code: "export.key",
                    message: database.masked(
                        "writing to \(table.written): to the table this key and another one of the export are the "
                            + "same: let the query write keys as the table does"
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

    /// What the export is called in `longshore_delivered`.
    private static func name(of effect: Effect) -> String {
        "\(effect.export.schema).\(effect.export.name)"
    }

    /// The columns of an effect that the target has no such revision of yet, none of another; until the transaction
    /// ends, nobody else delivers the key.
    ///
    /// They are read by the server as it reads the row: what is JSON to it alone fails here, as this row's fault.
    private nonisolated(nonsending) func columns(ofNewer effect: Effect) async throws -> [String] {
        let export = Self.name(of: effect)
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

    /// The key of the row `t`, as the table has it.
    private var rowKey: SQL {
        let columns = key.map { "t.\(id: $0)" as SQL }
        return "json_build_array(\(columns.joined(separator: ", ")))::text"
    }

    private func isOf(_ effect: Effect, _ comparison: SQL = "=") -> SQL {
        "export = \(Self.name(of: effect)) and key \(comparison) \(effect.key)"
    }

    /// Puts a row, which becomes this key's own.
    ///
    /// To the ledger `1` and `01` are two keys, and one row where the column is a number; so are `a` and `A` where the column
    /// does not tell them apart. So it is remembered whose a row is, by its key as the table has it: another key's row
    /// is not taken.
    private nonisolated(nonsending) func put(
        _ effect: Effect,
        _ columns: [String]
    ) async throws {
        let others = columns.filter { !key.contains($0) }
        let changes =
            others.isEmpty
            ? key.map { "\(id: $0) = t.\(id: $0)" as SQL }
            : others.map { "\(id: $0) = excluded.\(id: $0)" as SQL }
        let rows = try await connection.query(
            """
            insert into \(table) as t (\(ids: columns)) select \(ids: columns) from \(row(effect))
            on conflict (\(ids: key)) do update set \(changes.joined(separator: ", "))
            returning \(rowKey) as row_key
            """
        )
        // A trigger may keep the row from being written.
        guard let rowKey = try rows.first?.text("row_key") else { return }
        let taken = try await connection.query(
            """
            select from \(revisions) where export = \(Self.name(of: effect)) and row_key = \(rowKey)
                and key <> \(effect.key) limit 1
            """
        )
        guard taken.isEmpty else { throw RowOfOther() }
        try await connection.query(
            """
            update \(revisions) set row_key = \(rowKey)
            where \(isOf(effect)) and row_key is distinct from \(rowKey)
            """
        )
    }

    /// Deletes this key's row: not one that another key has.
    private nonisolated(nonsending) func delete(_ effect: Effect) async throws {
        let isRow = key.map { "t.\(id: $0) = r.\(id: $0)" as SQL }
        try await connection.query(
            """
            delete from \(table) t using \(row(effect)) r where \(isRow.joined(separator: " and "))
                and not exists (select from \(revisions) where \(isOf(effect, "<>")) and row_key = \(rowKey))
            """
        )
        try await connection.query("update \(revisions) set row_key = null where \(isOf(effect))")
    }

    private struct RowOfOther: Error {}

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
        if error.sqlState == .undefinedColumn, error.message.contains("row_key") {
            let alteration: SQL =
                "alter table \(revisions) add column row_key text, add unique (export, row_key);"
            return
                "writing to \(table.written): an older version has made \(revisions.written): run "
                + alteration.written
        }
        let needed: SQL = """
            create table \(revisions) (export text, key text, revision bigint not null, row_key text, \
            primary key (export, key), unique (export, row_key));
            """
        return database.masked("writing to \(table.written): \(error.message)")
            + "; the login of the source needs the rights to insert, update, delete and select, the table a unique "
            + "constraint on its key, and beside it there must be: \(needed.written)"
    }
}
