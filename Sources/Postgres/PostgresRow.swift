import Words

/// One row of a result; values are read by column name.
///
/// Of several columns with the same name the first is read. Every method throws a ``PostgresError``
/// with the code `unexpectedResult`, which names the column and what was expected, but not the value.
public struct PostgresRow: Sendable {
    private let handle: ResultHandle
    private let index: Int

    init(_ handle: ResultHandle, index: Int) {
        self.handle = handle
        self.index = index
    }

    /// The names of the columns, in order.
    public var columns: [String] { handle.columns }

    /// A value of any type as the server writes it; NULL is an error.
    public func text(_ column: String) throws -> String {
        try required(column, "text", optionalText)
    }

    /// A value of any type as the server writes it, or `nil` for NULL.
    public func optionalText(_ column: String) throws -> String? {
        try value(column, expected: "text in UTF-8", Self.decodeText)
    }

    /// A whole number, of the integer type that the caller expects; NULL is an error.
    public func integer<Number: FixedWidthInteger>(
        _ column: String,
        as type: Number.Type = Int.self
    ) throws -> Number {
        try required(column, "\(type)") { try optionalInteger($0, as: type) }
    }

    /// A whole number, of the integer type that the caller expects, or `nil` for NULL.
    public func optionalInteger<Number: FixedWidthInteger>(
        _ column: String,
        as type: Number.Type = Int.self
    ) throws -> Number? {
        try value(column, expected: "\(type)") { Self.decodeText($0).flatMap { Number($0) } }
    }

    /// A truth value; NULL is an error.
    public func boolean(_ column: String) throws -> Bool {
        try required(column, "boolean", optionalBoolean)
    }

    /// A truth value, or `nil` for NULL.
    public func optionalBoolean(_ column: String) throws -> Bool? {
        try value(column, expected: "boolean") { bytes in
            guard bytes.count == 1 else { return nil }
            switch bytes[0] {
            case UInt8(ascii: "t"): return true
            case UInt8(ascii: "f"): return false
            default: return nil
            }
        }
    }

    /// A number; NULL is an error.
    public func double(_ column: String) throws -> Double {
        try required(column, "number", optionalDouble)
    }

    /// A number, or `nil` for NULL.
    public func optionalDouble(_ column: String) throws -> Double? {
        try value(column, expected: "number") { Self.decodeText($0).flatMap(Double.init) }
    }

    /// The bytes of a `bytea`; NULL is an error.
    public func bytes(_ column: String) throws -> [UInt8] {
        try required(column, "bytea", optionalBytes)
    }

    /// The bytes of a `bytea`, or `nil` for NULL.
    public func optionalBytes(_ column: String) throws -> [UInt8]? {
        try value(column, expected: "bytea in hexadecimal", Self.decodeHex)
    }

    /// Whether the value is NULL.
    public func isNull(_ column: String) throws -> Bool {
        handle.isNull(row: index, column: try position(of: column))
    }
}

extension PostgresRow {
    private func position(of column: String) throws(PostgresError) -> Int {
        guard let position = handle.index(of: column) else {
            let known = columns.inBackticks()
            throw PostgresError(
                .unexpectedResult,
                "the result has no column `\(column)`; it has \(known.isEmpty ? "none" : known)"
            )
        }
        return position
    }

    /// Converts the value of `column`; `convert` returns `nil` for what it cannot read.
    private func value<Value>(
        _ column: String,
        expected: String,
        _ convert: (Span<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        let position = try position(of: column)
        if handle.isNull(row: index, column: position) { return nil }
        guard let converted = handle.withBytes(row: index, column: position, convert) else {
            throw PostgresError(
                .unexpectedResult,
                "the value of column `\(column)` cannot be read; expected \(expected)"
            )
        }
        return converted
    }

    private func required<Value>(
        _ column: String,
        _ expected: String,
        _ read: (String) throws -> Value?
    ) throws -> Value {
        guard let value = try read(column) else {
            throw PostgresError(
                .unexpectedResult,
                "column `\(column)` is NULL; expected \(expected)"
            )
        }
        return value
    }

    private static func decodeText(_ bytes: Span<UInt8>) -> String? {
        guard let text = try? UTF8Span(validating: bytes) else { return nil }
        return String(copying: text)
    }

    /// Reads `\x` and pairs of hexadecimal digits, the server's form of a `bytea`.
    private static func decodeHex(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count >= 2, text.count.isMultiple(of: 2), text[0] == UInt8(ascii: "\\"),
            text[1] == UInt8(ascii: "x")
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = hexDigit(text[index]),
                let low = hexDigit(text[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
