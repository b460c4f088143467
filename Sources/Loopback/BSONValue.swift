/// A value of BSON, written and read by code of its own.
package indirect enum BSONValue: Sendable, Equatable {
    /// `0x01`.
    case double(Double)
    /// `0x02`.
    case string(String)
    /// `0x03`.
    case document([Member])
    /// `0x04`.
    case array([BSONValue])
    /// `0x05`.
    case binary(kind: UInt8, [UInt8])
    /// `0x07`.
    case objectID([UInt8])
    /// `0x08`.
    case bool(Bool)
    /// `0x09`, in milliseconds since 1970.
    case date(Int64)
    /// `0x0a`.
    case null
    /// `0x0b`.
    case regex(String, String)
    /// `0x10`.
    case int32(Int32)
    /// `0x11`, in seconds since 1970.
    case timestamp(UInt32)
    /// `0x12`.
    case int64(Int64)
    /// `0x13`, its higher and lower half.
    case decimal(UInt64, UInt64)

    /// A member of a document.
    package struct Member: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: BSONValue

        /// A member.
        package init(_ name: String, _ value: BSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A member of a document; `nil` of anything else.
    package subscript(name: String) -> BSONValue? {
        guard case .document(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The values of an array.
    package var items: [BSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    /// The type's number.
    package var type: UInt8 {
        switch self {
        case .double: 0x01
        case .string: 0x02
        case .document: 0x03
        case .array: 0x04
        case .binary: 0x05
        case .objectID: 0x07
        case .bool: 0x08
        case .date: 0x09
        case .null: 0x0a
        case .regex: 0x0b
        case .int32: 0x10
        case .timestamp: 0x11
        case .int64: 0x12
        case .decimal: 0x13
        }
    }

    /// The value as it is sent.
    package var bytes: [UInt8] {
        switch self {
        case .double(let value): little(value.bitPattern)
        case .string(let text): little(UInt32(text.utf8.count + 1)) + Array(text.utf8) + [0]
        case .document(let members): Self.framed(members)
        case .array(let items):
            Self.framed(items.enumerated().map { Member("\($0)", $1) })
        case .binary(let kind, let bytes): little(UInt32(bytes.count)) + [kind] + bytes
        case .objectID(let bytes): bytes
        case .bool(let value): [value ? 1 : 0]
        case .date(let value), .int64(let value): little(UInt64(bitPattern: value))
        case .null: []
        case .regex(let pattern, let options):
            Array(pattern.utf8) + [0] + Array(options.utf8) + [0]
        case .int32(let value): little(UInt32(bitPattern: value))
        case .timestamp(let seconds): little(UInt32(1)) + little(seconds)
        case .decimal(let high, let low): little(low) + little(high)
        }
    }

    private static func framed(_ members: [Member]) -> [UInt8] {
        let body = members.flatMap { member -> [UInt8] in
            [member.value.type] + Array(member.name.utf8) + [0] + member.value.bytes
        }
        return little(UInt32(body.count + 5)) + body + [0]
    }

    /// Reads a document, of the types that commands are made of.
    ///
    /// - Parameters:
    ///   - bytes: Where it begins.
    ///   - isArray: Whether it is the body of an array.
    /// - Returns: It, or `nil` for another type.
    static func document(_ bytes: ArraySlice<UInt8>, isArray: Bool = false) -> BSONValue? {
        var rest = bytes.dropFirst(4).prefix(Int(number(bytes, 4)) - 5)
        var members: [Member] = []
        while let type = rest.popFirst() {
            let name = rest.prefix { $0 != 0 }
            rest = rest.dropFirst(name.count + 1)
            guard let (value, length) = value(type, rest) else { return nil }
            members.append(Member(String(decoding: name, as: UTF8.self), value))
            rest = rest.dropFirst(length)
        }
        return isArray ? .array(members.map(\.value)) : .document(members)
    }

    private static func value(_ type: UInt8, _ bytes: ArraySlice<UInt8>) -> (BSONValue, Int)? {
        let length = Int(number(bytes, 4))
        switch type {
        case 0x01: return (.double(Double(bitPattern: number(bytes, 8))), 8)
        case 0x02:
            let text = String(decoding: bytes.dropFirst(4).prefix(length - 1), as: UTF8.self)
            return (.string(text), length + 4)
        case 0x03, 0x04: return document(bytes, isArray: type == 0x04).map { ($0, length) }
        case 0x05:
            let body = Array(bytes.dropFirst(5).prefix(length))
            return (.binary(kind: bytes[bytes.startIndex + 4], body), length + 5)
        case 0x07: return (.objectID(Array(bytes.prefix(12))), 12)
        case 0x08: return (.bool(bytes.first == 1), 1)
        case 0x09: return (.date(Int64(bitPattern: number(bytes, 8))), 8)
        case 0x0a: return (.null, 0)
        case 0x10: return (.int32(Int32(truncatingIfNeeded: length)), 4)
        case 0x12: return (.int64(Int64(bitPattern: number(bytes, 8))), 8)
        case 0x13: return (.decimal(number(bytes.dropFirst(8), 8), number(bytes, 8)), 16)
        default: return nil
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>, _ count: Int) -> UInt64 {
        bytes.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// A number, the lowest byte first.
func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
}
