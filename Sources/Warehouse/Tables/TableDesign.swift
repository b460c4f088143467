import Pipelines
import Postgres
import Rows

/// A table as the definition wants it.
struct TableDesign: Sendable, Hashable {
    struct Column: Sendable, Hashable {
        var name: String
        /// The type as Postgres' `format_type` prints it.
        var type: String
        /// What follows the type in DDL.
        var constraint = ""
        var comment: String?
    }

    struct Index: Sendable, Hashable {
        var name: String
        var columns: [String]
        var isUnique = true
        var condition: String?
    }

    var schema: String
    var name: String
    var columns: [Column]
    var indexes: [Index] = []
    var isPartitionedByPeriod = false
    var comment: String?

    /// The quoted name with its schema.
    var qualifiedName: String { qualified(schema, name) }
    /// The quoted column names, in order.
    var columnList: String { columns.map { quoteIdentifier($0.name) }.joined(separator: ", ") }
}

/// `"schema"."name"`.
func qualified(_ schema: String, _ name: String) -> String {
    quoteIdentifier(schema) + "." + quoteIdentifier(name)
}

/// `"a", "b"`, each with `prefix` before it.
func quotedList(_ names: [String], prefix: String = "") -> String {
    names.map { prefix + quoteIdentifier($0) }.joined(separator: ", ")
}

extension TableDesign.Index {
    /// The statement that creates it on a table.
    func sql(on table: String, name other: String? = nil) -> String {
        let condition = condition.map { " where \($0)" } ?? ""
        return "create \(isUnique ? "unique " : "")index \(quoteIdentifier(other ?? name)) "
            + "on \(table) (\(quotedList(columns)))\(condition)"
    }
}

extension ColumnType {
    /// The type as Postgres' `format_type` prints it.
    var postgresName: String {
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
