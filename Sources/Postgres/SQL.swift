internal import Words

/// A statement, or a part of one, together with the values of its parameters.
///
/// It is built by interpolation, so that no `$1` is counted by hand and no value becomes text of the
/// statement: parts number their parameters when they are sent.
///
/// ```swift
/// let owned: SQL = "from \(id: schema, table) where id > \(minimum)"
/// try await connection.query("select count(*) \(owned) and state = \(state)")
/// ```
///
/// | in the literal | becomes |
/// | --- | --- |
/// | `\(value)` | a parameter, of the type that ``PostgresValue`` says |
/// | `\(sql)` | the part, with its parameters |
/// | `\(id: "a", "b")` | `"a"."b"` |
/// | `\(literal: text)` | `'text'`, for statements that take no parameters |
/// | `\(raw: text)` | the text itself, which must be SQL |
///
/// A literal in an interpolation is SQL: `\(isFinal ? "and done" : "")`.
public struct SQL: Sendable, Hashable {
    private enum Part: Hashable {
        case text(String)
        /// A name or constant with invisible characters, as it is sent and as people read it.
        case hidden(sent: String, written: String)
        case value(PostgresValue)
    }

    private var parts: [Part]

    /// Text that is SQL already: of a file, of a definition.
    public init(raw text: String) {
        parts = [.text(text)]
    }

    fileprivate init(name: String) {
        self.init(sent: quoteIdentifier(name), written: writtenIdentifier(name))
    }

    fileprivate init(constant: String) {
        self.init(sent: quoteLiteral(constant), written: writtenLiteral(constant))
    }

    private init(sent: String, written: String) {
        parts = [sent == written ? .text(sent) : .hidden(sent: sent, written: written)]
    }

    /// Whether it has no text and no parameters.
    public var isEmpty: Bool {
        parts.allSatisfy { $0 == .text("") }
    }

    /// The text with `$1`, `$2`, … in the order of ``parameters``.
    public var text: String {
        var count = 0
        return
            parts.map { part in
                switch part {
                case .text(let text), .hidden(let text, _): return text
                case .value:
                    count += 1
                    return "$\(count)"
                }
            }
            .joined()
    }

    /// The statement as people run it, with its values as constants; what is invisible is written by its
    /// number.
    public var written: String {
        parts.map { part in
            switch part {
            case .text(let text), .hidden(_, let text): text
            case .value(let value): value.written
            }
        }
        .joined()
    }

    /// The values of the parameters.
    public var parameters: [PostgresValue] {
        parts.compactMap { part in
            if case .value(let value) = part { value } else { nil }
        }
    }

    /// The text, for what the protocol takes without parameters.
    ///
    /// - Throws: ``PostgresError`` with the code `misuse` when there are some.
    var textWithoutParameters: String {
        get throws(PostgresError) {
            guard parameters.isEmpty else {
                throw PostgresError(
                    .misuse,
                    "a script or COPY takes no parameters: write `\\(literal: …)`"
                )
            }
            return text
        }
    }

    /// Two parts, one after the other.
    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }

    /// Appends a part.
    public static func += (left: inout SQL, right: SQL) {
        for part in right.parts { left.append(part) }
    }

    /// Joins neighbouring texts, so that the same statement is equal however it was put together.
    private mutating func append(_ part: Part) {
        guard case .text(let end) = part, case .text(let start)? = parts.last else {
            return parts.append(part)
        }
        parts[parts.count - 1] = .text(start + end)
    }
}

extension Sequence<SQL> {
    /// The parts, with `separator` between them.
    public func joined(separator: SQL) -> SQL {
        var joined = SQL(raw: "")
        for (index, part) in enumerated() {
            if index > 0 { joined += separator }
            joined += part
        }
        return joined
    }
}

// MARK: - Interpolation

extension SQL: ExpressibleByStringInterpolation {
    /// SQL without parameters.
    public init(stringLiteral value: String) {
        self.init(raw: value)
    }

    /// SQL with what was interpolated.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// Gathers the parts of a literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(raw: "")

        /// Begins with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.parts.reserveCapacity(2 * interpolationCount + 1)
        }

        /// A part of the literal itself.
        public mutating func appendLiteral(_ literal: String) {
            sql.append(.text(literal))
        }

        /// A part with its own parameters.
        public mutating func appendInterpolation(_ part: SQL) {
            sql += part
        }

        /// A value as a parameter, or NULL.
        @_disfavoredOverload
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            sql.append(.value(value?.postgresValue ?? .null))
        }

        /// An identifier, or several joined by dots, in double quotes.
        public mutating func appendInterpolation(id names: String...) {
            sql += names.map(SQL.init(name:)).joined(separator: ".")
        }

        /// Identifiers in a list: `"a", "b"`, or `t."a", t."b"` where they are columns of `t`.
        public mutating func appendInterpolation(
            ids names: some Sequence<String>,
            of table: String? = nil
        ) {
            let prefix = SQL(raw: table.map { "\($0)." } ?? "")
            sql += names.map { prefix + SQL(name: $0) }.joined(separator: ", ")
        }

        /// A string constant, for statements that take no parameters.
        public mutating func appendInterpolation(literal text: String) {
            sql += SQL(constant: text)
        }

        /// Text that is SQL already.
        public mutating func appendInterpolation(raw text: String) {
            sql += SQL(raw: text)
        }
    }
}

// MARK: - Values

/// What can be a parameter of a statement.
public protocol PostgresEncodable {
    /// The parameter.
    var postgresValue: PostgresValue { get }
}

extension PostgresValue: PostgresEncodable {
    /// Itself.
    public var postgresValue: PostgresValue { self }
}

extension String: PostgresEncodable {
    /// Text, or the textual form of any other type.
    public var postgresValue: PostgresValue { .text(self) }
}

extension Int: PostgresEncodable {
    /// A `bigint`.
    public var postgresValue: PostgresValue { .integer(Int64(self)) }
}

extension Int32: PostgresEncodable {
    /// A `bigint`.
    public var postgresValue: PostgresValue { .integer(Int64(self)) }
}

extension Int64: PostgresEncodable {
    /// A `bigint`.
    public var postgresValue: PostgresValue { .integer(self) }
}

extension Double: PostgresEncodable {
    /// A `double precision`.
    public var postgresValue: PostgresValue { .double(self) }
}

extension Bool: PostgresEncodable {
    /// A `boolean`.
    public var postgresValue: PostgresValue { .boolean(self) }
}

extension Array: PostgresEncodable where Element: PostgresElement {
    /// An array of the server's, or a `bytea` of bytes.
    public var postgresValue: PostgresValue { Element.postgresArray(self) }
}

/// What can be an element of an array that is a parameter.
public protocol PostgresElement {
    /// The parameter that holds all of `elements`.
    static func postgresArray(_ elements: [Self]) -> PostgresValue
}

extension UInt8: PostgresElement {
    /// A `bytea`.
    public static func postgresArray(_ elements: [UInt8]) -> PostgresValue { .bytes(elements) }
}

extension String: PostgresElement {
    /// A `text[]`.
    public static func postgresArray(_ elements: [String]) -> PostgresValue { .textArray(elements) }
}

extension Int64: PostgresElement {
    /// A `bigint[]`.
    public static func postgresArray(_ elements: [Int64]) -> PostgresValue {
        .integerArray(elements)
    }
}

extension Array: PostgresElement where Element == UInt8 {
    /// A `bytea[]`.
    public static func postgresArray(_ elements: [[UInt8]]) -> PostgresValue {
        .bytesArray(elements)
    }
}

extension Optional: PostgresElement where Wrapped == String {
    /// A `text[]` in which `nil` is NULL.
    public static func postgresArray(_ elements: [String?]) -> PostgresValue {
        .textArray(elements)
    }
}
