/// The parameters of one statement as libpq takes them: parallel arrays over one block of bytes.
struct ParameterList {
    /// What the protocol's 16-bit count can express.
    static let maximumCount = 65_535

    /// The types' object identifiers; 0 leaves the choice to the server.
    private(set) var types: [UInt32] = []
    /// Where each value begins in `bytes`; `nil` for NULL.
    private(set) var offsets: [Int?] = []
    /// Lengths in bytes, without the NUL that ends each value.
    private(set) var lengths: [Int32] = []
    /// 0 for text, 1 for binary.
    private(set) var formats: [Int32] = []
    private(set) var bytes: [UInt8] = []

    var count: Int { types.count }

    init(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count <= Self.maximumCount else {
            throw PostgresError(
                .invalidParameter,
                "a statement has `\(values.count)` parameters; the protocol allows "
                    + "\(Self.maximumCount): pass an array, or use COPY"
            )
        }
        for (index, value) in values.enumerated() {
            try append(value, number: index + 1)
        }
    }

    private mutating func append(
        _ value: PostgresValue,
        number: Int
    ) throws(PostgresError) {
        switch value {
        case .null: appendNull()
        case .text(let text): append(text.utf8, type: TypeIdentifier.unspecified)
        case .integer(let integer): append("\(integer)".utf8, type: TypeIdentifier.bigint)
        case .boolean(let boolean): append((boolean ? "t" : "f").utf8, type: TypeIdentifier.boolean)
        case .double(let double): append("\(double)".utf8, type: TypeIdentifier.doublePrecision)
        case .bytes(let raw):
            append(raw, type: TypeIdentifier.bytea, isBinary: true)
            return
        case .textArray(let elements):
            append(Self.arrayLiteral(elements).utf8, type: TypeIdentifier.textArray)
        case .integerArray(let elements):
            let list = elements.map { "\($0)" }.joined(separator: ",")
            append("{\(list)}".utf8, type: TypeIdentifier.bigintArray)
        }
        guard let offset = offsets[number - 1], bytes[offset..<(bytes.count - 1)].contains(0) else {
            return
        }
        throw .containsNUL("parameter `$\(number)`")
    }

    private mutating func appendNull() {
        types.append(TypeIdentifier.unspecified)
        offsets.append(nil)
        lengths.append(0)
        formats.append(0)
    }

    private mutating func append(
        _ value: some Sequence<UInt8>,
        type: UInt32,
        isBinary: Bool = false
    ) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        types.append(type)
        offsets.append(start)
        lengths.append(Int32(clamping: bytes.count - start))
        formats.append(isBinary ? 1 : 0)
        bytes.append(0)
    }

    /// An array in the server's textual form; every element is quoted, so that none is read as NULL,
    /// a brace or a blank.
    static func arrayLiteral(_ elements: [String?]) -> String {
        let quoted = elements.map { element in
            guard let element else { return "NULL" }
            let escaped = element.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\""
        }
        return "{\(quoted.joined(separator: ","))}"
    }
}

/// Object identifiers of built-in types; they are the same in every server (`pg_type.dat`).
private enum TypeIdentifier {
    static let unspecified: UInt32 = 0
    static let boolean: UInt32 = 16
    static let bytea: UInt32 = 17
    static let bigint: UInt32 = 20
    static let doublePrecision: UInt32 = 701
    static let textArray: UInt32 = 1009
    static let bigintArray: UInt32 = 1016
}
