import Pipelines
package import Postgres
import Rows

/// A table as the definition wants it.
package struct TableDesign: Sendable, Hashable {
    /// A column.
    package struct Column: Sendable, Hashable {
        /// Its name, as it is.
        package var name: String
        /// The type as Postgres' `format_type` prints it.
        package var type: String
        /// What follows the type in DDL.
        package var constraint = ""
        var role = Role.value
        var comment: String?
    }

    /// What a column holds, which says what it is in rows that are older than the column.
    enum Role: Sendable, Hashable {
        /// A value of the source, or one that is computed: null in older rows.
        case value
        /// The key of a dimension's member: the unknown one in older rows, as no such key is null.
        case reference
        /// What Longshore itself says of a row: its period, its load, how long it holds.
        case own
    }

    /// An index.
    package struct Index: Sendable, Hashable {
        var name: String
        /// The columns that it is on, in its order.
        package var columns: [String]
        package var isUnique = true
        var condition: SQL?
    }

    /// The schema that it is in.
    package var schema: String
    /// Its name.
    package var name: String
    /// Its columns, in their order.
    package var columns: [Column]
    /// Its indexes.
    package var indexes: [Index] = []
    var isPartitionedByPeriod = false
    var comment: String?

    /// An index for readers on one column: `fact_call_agent_key_idx`.
    static func index(on column: String, of table: String) -> Index {
        Index(name: shortened("\(table)_\(column)_idx"), columns: [column], isUnique: false)
    }

    /// The name of an index on `table`, which has the indexes of this one.
    package func name(of index: Index, on table: String) -> String {
        Self.shortened(table + index.name.dropFirst(name.count))
    }

    /// A name that Postgres does not cut: of a longer one the end is a digest of the whole.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > 63 else { return name }
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return name.prefix(46) + "_" + String(digest, radix: 16)
    }

    /// The quoted name with its schema.
    package var qualifiedName: SQL { "\(id: schema, name)" }
    /// The quoted column names, in order.
    package var columnList: SQL { "\(ids: columns.map(\.name))" }
}

extension TableDesign.Column {
    /// Its definition in DDL.
    package var sql: SQL {
        "\(id: name) \(raw: type)\(raw: constraint.isEmpty ? "" : " " + constraint)"
    }
}

extension TableDesign.Index {
    /// The statement that creates it on a table; where something of the schema has its name, the server gives it another.
    package func creation(
        on table: SQL,
        name wanted: String? = nil,
        in schema: String,
        _ connection: PostgresConnection
    ) async throws -> SQL {
        let name = wanted ?? self.name
        let taken = try await connection.query(
            "select to_regclass(\(("\(id: schema, name)" as SQL).text)) is not null as taken"
        )
        return try taken.first?.boolean("taken") == true
            ? statement(on: table, name: "") : sql(on: table, name: name)
    }

    /// Whether a table has the same index under another name.
    func hasTwin(on table: SQL, _ connection: PostgresConnection) async throws -> Bool {
        let predicate: SQL = condition.map { "\($0.text)" } ?? "null"
        let rows = try await connection.query(
            """
            select from pg_index i where i.indrelid = to_regclass(\(table.text)) and i.indisvalid
                and i.indisunique = \(isUnique) and i.indexprs is null
                and trim(both '()' from pg_get_expr(i.indpred, i.indrelid)) is not distinct from \(predicate)
                and (select array_agg(a.attname::text order by k.place)
                    from unnest(i.indkey::smallint[]) with ordinality k (number, place)
                    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) = \(columns)::text[]
            limit 1
            """
        )
        return !rows.isEmpty
    }

    /// The statement that creates it on a table.
    package func sql(on table: SQL, name other: String? = nil) -> SQL {
        statement(on: table, name: "\(id: other ?? name) ")
    }

    private func statement(on table: SQL, name: SQL) -> SQL {
        """
        create \(isUnique ? "unique " : "")index \(name)on \(table) \
        (\(ids: columns))\(condition.map { " where \($0)" } ?? "")
        """
    }
}

extension ColumnType {
    /// The type as Postgres' `format_type` prints it.
    package var postgresName: String {
        switch self {
        case .text: "text"
        case .integer: "bigint"
        case .decimal(let precision, let scale): "numeric(\(precision),\(scale))"
        case .float: "double precision"
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamp with time zone"
        case .uuid: "uuid"
        case .json: "jsonb"
        }
    }
}
