/// A value for a parameter (`$1`, `$2`, …) of a statement.
///
/// `text` and `null` are sent without a type, as a quoted constant in SQL is: the server takes the
/// type from where the parameter stands. Where that does not tell, as in `jsonb_build_object($1)`,
/// write a cast: `$1::text`. The others are sent with their type: `integer` as `bigint`, `boolean`,
/// `double` as `double precision`, `bytes` as `bytea`, the arrays as `text[]`, `bigint[]` and `bytea[]`.
public enum PostgresValue: Sendable, Hashable {
    /// SQL's NULL.
    case null
    /// Text, or the textual form of any other type.
    case text(String)
    /// A `bigint`.
    case integer(Int64)
    /// A `boolean`.
    case boolean(Bool)
    /// A `double precision`, infinities and not-a-number included.
    case double(Double)
    /// A `bytea`.
    case bytes([UInt8])
    /// A `text[]`, in which `nil` is NULL.
    case textArray([String?])
    /// A `bigint[]`.
    case integerArray([Int64])
    /// A `bytea[]`.
    case bytesArray([[UInt8]])
}

extension PostgresValue {
    /// The value as a constant of SQL.
    var written: String {
        switch self {
        case .null: "null"
        case .text(let text): writtenLiteral(text)
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        case .double(let number): "'\(number)'::double precision"
        case .bytes(let bytes): Self.written(bytes)
        case .textArray(let elements):
            Self.array(elements.map { $0.map(writtenLiteral) ?? "null" }, of: "text")
        case .integerArray(let elements): Self.array(elements.map { String($0) }, of: "bigint")
        case .bytesArray(let elements): Self.array(elements.map { Self.written($0) }, of: "bytea")
        }
    }

    private static func array(_ elements: [String], of type: String) -> String {
        "array[\(elements.joined(separator: ", "))]::\(type)[]"
    }

    private static func written(_ bytes: [UInt8]) -> String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "'\\x\(digits)'::bytea"
    }
}
