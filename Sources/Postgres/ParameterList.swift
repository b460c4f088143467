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
            guard appendArray(elements) else { throw .containsNUL("parameter `$\(number)`") }
            return
        case .integerArray(let elements):
            appendArray(elements)
            return
        case .bytesArray(let elements):
            appendArray(elements)
            return
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

    // MARK: Arrays

    /// Appends an array in the server's binary form, in which nothing has to be escaped (`array_recv`):
    /// dimensions, whether there are nulls, the elements' type; of the dimension length and first index;
    /// each element with its length before it, -1 for NULL.
    ///
    /// - Returns: Whether no element has a NUL, which the server would refuse.
    private mutating func appendArray(_ elements: [String?]) -> Bool {
        let start = beginArray(
            of: TypeIdentifier.text,
            count: elements.count,
            hasNull: elements.contains(nil)
        )
        for element in elements {
            guard var element else {
                append(bigEndian: -1 as Int32)
                continue
            }
            let isText = element.withUTF8 { text in
                append(bigEndian: Int32(clamping: text.count))
                unsafe bytes.append(contentsOf: text)
                return unsafe !text.contains(0)
            }
            guard isText else { return false }
        }
        finishArray(from: start, type: TypeIdentifier.textArray)
        return true
    }

    private mutating func appendArray(_ elements: [Int64]) {
        let start = beginArray(of: TypeIdentifier.bigint, count: elements.count, hasNull: false)
        for element in elements {
            append(bigEndian: 8 as Int32)
            append(bigEndian: element)
        }
        finishArray(from: start, type: TypeIdentifier.bigintArray)
    }

    private mutating func appendArray(_ elements: [[UInt8]]) {
        let start = beginArray(of: TypeIdentifier.bytea, count: elements.count, hasNull: false)
        // At once and not by doubling: there may be many megabytes.
        bytes.reserveCapacity(elements.reduce(bytes.count + 1) { $0 + $1.count + 4 })
        for element in elements {
            append(bigEndian: Int32(clamping: element.count))
            bytes += element
        }
        finishArray(from: start, type: TypeIdentifier.byteaArray)
    }

    private mutating func beginArray(of type: UInt32, count: Int, hasNull: Bool) -> Int {
        let start = bytes.count
        append(bigEndian: (count > 0 ? 1 : 0) as Int32)
        append(bigEndian: (hasNull ? 1 : 0) as Int32)
        append(bigEndian: type)
        if count > 0 {
            append(bigEndian: Int32(clamping: count))
            append(bigEndian: 1 as Int32)
        }
        return start
    }

    private mutating func finishArray(from start: Int, type: UInt32) {
        types.append(type)
        offsets.append(start)
        lengths.append(Int32(clamping: bytes.count - start))
        formats.append(1)
        bytes.append(0)
    }

    private mutating func append(bigEndian value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}

/// Object identifiers of built-in types; they are the same in every server (`pg_type.dat`).
private enum TypeIdentifier {
    static let unspecified: UInt32 = 0
    static let boolean: UInt32 = 16
    static let bytea: UInt32 = 17
    static let bigint: UInt32 = 20
    static let text: UInt32 = 25
    static let doublePrecision: UInt32 = 701
    static let byteaArray: UInt32 = 1001
    static let textArray: UInt32 = 1009
    static let bigintArray: UInt32 = 1016
}
