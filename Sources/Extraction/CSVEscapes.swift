import Pipelines

/// What doubled quotes and backslashes in a field stand for.
enum CSVEscapes {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Appends what a field stands for: its bytes with single quotes where it was quoted, and, where the
    /// dialect has escapes, with what each backslash and the byte behind it are together.
    static func append(
        _ field: Span<UInt8>,
        of dialect: CSVDialect,
        wasQuoted: Bool,
        to bytes: inout [UInt8]
    ) {
        var position = 0
        while position < field.count {
            let byte = field[position]
            let isDoubled = wasQuoted && byte == quote
            let isEscape =
                dialect.hasEscapes && byte == backslash && position + 1 < field.count
            bytes.append(isEscape ? meaning(of: field[position + 1]) : byte)
            position += isDoubled || isEscape ? 2 : 1
        }
    }

    /// What a byte is behind a backslash: control characters have letters, as MySQL and Postgres write
    /// them; anything else is itself.
    private static func meaning(of byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "v"): 0x0b
        case UInt8(ascii: "0"): 0
        default: byte
        }
    }
}
