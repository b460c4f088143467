import CMariaDB

/// A column of a query's result, by what the server tells of it.
public struct MariaDBColumn: Sendable, Hashable {
    /// What its values are, and how their texts are written.
    public enum Kind: Sendable, Hashable {
        /// A whole number in digits: all integers, `year`.
        case integer
        /// The same, never below 0: `bigint unsigned`.
        case unsigned
        /// The bits as a whole number: `bit(1)` is 0 or 1.
        case bits
        /// Four bytes, as few digits as tell it from its neighbours.
        case float
        /// Eight bytes, the same.
        case double
        /// All its digits.
        case decimal
        /// `2024-03-04`; a zero date is `0000-00-00`.
        case date
        /// `2024-03-04 10:00:00.25`, on a clock of no particular zone.
        case dateTime
        /// The same in UTC, with `+00`: a `timestamp`.
        case instant
        /// `-838:59:59.5`
        case time
        /// UTF-8.
        case text
        /// `\x` and two hexadecimal digits a byte.
        case bytes
    }

    /// Its name.
    public let name: String
    /// What its values are.
    public let kind: Kind
    /// Its type as the server calls it: `bigint unsigned`.
    public let type: String
}

extension MariaDBColumn {
    init(_ field: MYSQL_FIELD) {
        let name = unsafe UnsafeRawBufferPointer(start: field.name, count: Int(field.name_length))
        self.name = unsafe String(decoding: name, as: UTF8.self)
        let isUnsigned = unsafe field.flags & UInt32(UNSIGNED_FLAG) != 0
        let known = unsafe Self.types[field.type.rawValue]
        // The character set of what has none.
        let isBinary = unsafe field.charsetnr == 63
        let word = known?.word ?? (isBinary ? "binary" : "text")
        kind =
            switch known?.kind {
            case .integer? where isUnsigned: .unsigned
            case let kind?: kind
            case nil: isBinary ? .bytes : .text
            }
        type = kind == .unsigned && word != "year" ? "\(word) unsigned" : word
    }

    /// What the server's types are, but for those of texts, which the character set tells from bytes.
    private static let types: [UInt32: (word: String, kind: Kind)] = [
        MYSQL_TYPE_TINY.rawValue: ("tinyint", .integer),
        MYSQL_TYPE_SHORT.rawValue: ("smallint", .integer),
        MYSQL_TYPE_INT24.rawValue: ("mediumint", .integer),
        MYSQL_TYPE_LONG.rawValue: ("int", .integer),
        MYSQL_TYPE_LONGLONG.rawValue: ("bigint", .integer),
        MYSQL_TYPE_YEAR.rawValue: ("year", .integer),
        MYSQL_TYPE_BIT.rawValue: ("bit", .bits),
        MYSQL_TYPE_FLOAT.rawValue: ("float", .float),
        MYSQL_TYPE_DOUBLE.rawValue: ("double", .double),
        MYSQL_TYPE_DECIMAL.rawValue: ("decimal", .decimal),
        MYSQL_TYPE_NEWDECIMAL.rawValue: ("decimal", .decimal),
        MYSQL_TYPE_DATE.rawValue: ("date", .date),
        MYSQL_TYPE_NEWDATE.rawValue: ("date", .date),
        MYSQL_TYPE_DATETIME.rawValue: ("datetime", .dateTime),
        MYSQL_TYPE_TIMESTAMP.rawValue: ("timestamp", .instant),
        MYSQL_TYPE_TIME.rawValue: ("time", .time),
        MYSQL_TYPE_JSON.rawValue: ("json", .text),
        MYSQL_TYPE_NULL.rawValue: ("null", .text),
        MYSQL_TYPE_GEOMETRY.rawValue: ("geometry", .bytes),
    ]
}
