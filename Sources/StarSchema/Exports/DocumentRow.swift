import Postgres
import Words

/// A row of an export as a document of MongoDB, in extended JSON, which tells the type of each value.
///
/// | Postgres | MongoDB |
/// | --- | --- |
/// | `smallint`, `integer` | Int32 |
/// | `bigint` | Int64 |
/// | `numeric` | Decimal128; `NaN` a double |
/// | `real`, `double precision` | double |
/// | `boolean` | boolean |
/// | `date`, `timestamp`, `timestamp with time zone` | date, of milliseconds; `infinity` a string |
/// | `bytea` | binary |
/// | `json`, `jsonb` | what it says as extended JSON |
/// | arrays and rows | what their JSON says |
/// | anything else | string |
struct DocumentRow {
    /// The types of the row's columns, by their names.
    let columns: [ExactText: String]

    /// Where the revisions of exports are.
    private static let revisions = "longshore"
    private static let point = UInt8(ascii: ".")

    /// The document, as an expression over the row `export_row`.
    var json: SQL {
        let members = columns.sorted { $0.key < $1.key }
            .map { name, type in
                let column: SQL = "export_row.\(id: name.text)"
                let value = Self.value(of: column, type)
                return
                    "to_json(\(literal: name.text)::text)::text || ':' || coalesce(\(value), 'null')"
                    as SQL
            }
        return "'{' || \(members.joined(separator: " || ',' || ")) || '}'"
    }

    private static func value(of column: SQL, _ type: String) -> SQL {
        let kind = String(type.prefix { $0 != "(" })
        if type.hasSuffix("[]") { return "to_json(\(column))::text" }
        switch kind {
        case "smallint", "integer", "boolean", "json", "jsonb": return "\(column)::text"
        case "bigint": return tagged("$numberLong", column)
        case "numeric":
            let isNone: SQL = "\(column) = 'NaN'::numeric"
            return """
                case when \(isNone) then \(tagged("$numberDouble", column)) else \
                \(tagged("$numberDecimal", column)) end
                """
        case "real", "double precision": return tagged("$numberDouble", column)
        case "date": return instant(column, "(\(column) - date '1970-01-01')::bigint * 86400000")
        case "bytea":
            return """
                '{"$binary":{"subType":"00","base64":"' \
                || translate(encode(\(column), 'base64'), chr(10), '') || '"}}'
                """
        default:
            guard type.hasPrefix("timestamp") else { return "to_json(\(column))::text" }
            return instant(column, "floor(extract(epoch from \(column)) * 1000)::bigint")
        }
    }

    private static func tagged(_ tag: String, _ value: SQL) -> SQL {
        "\(literal: "{\"\(tag)\":\"") || \(value) || '\"}'"
    }

    private static func instant(_ column: SQL, _ milliseconds: SQL) -> SQL {
        """
        case when isfinite(\(column)) \
        then '{"$date":' || \(tagged("$numberLong", "(\(milliseconds))")) || '}' \
        else to_json(\(column))::text end
        """
    }

    /// Why the columns, of which those of the key make the `_id`, cannot be members of a document; `nil` when they can.
    func problem(key: [String]) -> String? {
        for name in columns.keys.sorted() {
            // By bytes, as the server reads paths.
            let path = name.utf8.split(separator: Self.point, omittingEmptySubsequences: false)
            if path.contains(where: { $0.isEmpty || $0.first == UInt8(ascii: "$") }) {
                return "its column `\(name)` cannot be a member of a document"
            }
            if path[0].elementsEqual(Self.revisions.utf8) {
                return "its column `\(name)` is where the revisions of exports are"
            }
            if name == "_id" && key != ["_id"] {
                return "its column `_id` is not the `key`, of which the `_id` is made"
            }
            if let inner = columns.keys.sorted()
                .first(where: { $0.utf8.starts(with: (name.text + ".").utf8) })
            {
                return "its column `\(inner)` lies in its column `\(name)`"
            }
        }
        return nil
    }
}
