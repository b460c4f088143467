/// Builds a ``KeyMap`` from the bytes of a `COPY (…) TO STDOUT (FORMAT binary)`.
///
/// The query's columns are the surrogate key (`bigint`), then, when the dimension has versions, the
/// version's start (`timestamptz`), then the business key's columns in order. Rows whose business
/// key has a null (the unknown member's) are skipped.
public struct KeyMapLoader: Sendable {
    private let isVersioned: Bool
    private let keyColumns: Int
    private var map: KeyMap
    private var pending: [UInt8] = []
    private var isHeaderRead = false
    private var isTrailerRead = false

    /// Creates a loader.
    public init(keyColumns: Int, isVersioned: Bool, expectedKeys: Int = 0) {
        self.keyColumns = keyColumns
        self.isVersioned = isVersioned
        map = KeyMap(minimumCapacity: expectedKeys)
    }

    /// Takes the next bytes of the COPY, cut anywhere.
    public mutating func read(_ chunk: Span<UInt8>) throws(KeyMapLoaderError) {
        let whole: [UInt8]
        if pending.isEmpty {
            whole = withView(of: chunk) { $0.array }
        } else {
            whole = pending + withView(of: chunk) { $0.array }
        }
        var position = 0
        if !isHeaderRead {
            guard let end = try headerEnd(whole) else {
                pending = whole
                return
            }
            position = end
            isHeaderRead = true
        }
        while !isTrailerRead, let next = try readRow(whole, at: position) { position = next }
        pending = Array(whole[position...])
    }

    /// The map, when the COPY has come to its end.
    public consuming func finish() throws(KeyMapLoaderError) -> KeyMap {
        guard isTrailerRead, pending.isEmpty else {
            throw KeyMapLoaderError(problem: "it ends before its trailer")
        }
        return map
    }

    /// The length of the header, once all of it is there.
    private func headerEnd(_ bytes: [UInt8]) throws(KeyMapLoaderError) -> Int? {
        let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00]
        guard bytes.count >= signature.count + 8 else { return nil }
        guard bytes.starts(with: signature) else {
            throw KeyMapLoaderError(problem: "it does not begin with COPY's signature")
        }
        let extra = withView(of: bytes) { Int(Self.integer($0, at: signature.count + 4)) }
        guard extra >= 0 else { throw KeyMapLoaderError(problem: "its header has no length") }
        let end = signature.count + 8 + extra
        return bytes.count >= end ? end : nil
    }

    /// Inserts the row at `start` and returns where the next one begins; `nil` when it is cut.
    private mutating func readRow(
        _ bytes: [UInt8],
        at start: Int
    ) throws(KeyMapLoaderError) -> Int? {
        guard bytes.count - start >= 2 else { return nil }
        let columns = Int(bytes[start]) << 8 | Int(bytes[start + 1])
        if columns == 0xffff {
            isTrailerRead = true
            return start + 2
        }
        let expected = 1 + (isVersioned ? 1 : 0) + keyColumns
        guard columns == expected else {
            throw KeyMapLoaderError(problem: "a row has \(columns) columns instead of \(expected)")
        }
        return try withView(of: bytes) { view throws(KeyMapLoaderError) in
            try readColumns(view, at: start + 2)
        }
    }

    private mutating func readColumns(
        _ bytes: ByteView,
        at start: Int
    ) throws(KeyMapLoaderError) -> Int? {
        let fixed = isVersioned ? 24 : 12
        guard bytes.count - start >= fixed else { return nil }
        guard Self.integer(bytes, at: start) == 8,
            !isVersioned || Self.integer(bytes, at: start + 12) == 8
        else {
            throw KeyMapLoaderError(problem: "a key or a version's start is null or not 8 bytes")
        }
        let keyStart = start + fixed
        var position = keyStart
        var hasNull = false
        for _ in 0..<keyColumns {
            guard bytes.count - position >= 4 else { return nil }
            let length = Int(Self.integer(bytes, at: position))
            hasNull = hasNull || length < 0
            position += 4 + max(length, 0)
            guard bytes.count >= position else { return nil }
        }
        if !hasNull {
            // A key of several columns is kept with their lengths: just as the row has it.
            map.insert(
                bytes.part(keyColumns > 1 ? keyStart : keyStart + 4, position),
                surrogate: Self.long(bytes, at: start + 4),
                validFrom: isVersioned ? Self.long(bytes, at: start + 16) : .min
            )
        }
        return position
    }

    private static func integer(_ bytes: ByteView, at place: Int) -> Int32 {
        var value: UInt32 = 0
        for index in place..<place + 4 { value = value << 8 | UInt32(bytes[index]) }
        return Int32(bitPattern: value)
    }

    private static func long(_ bytes: ByteView, at place: Int) -> Int64 {
        Int64(bitPattern: bytes.word(at: place).byteSwapped)
    }
}

/// Bytes that are not the binary COPY a ``KeyMapLoader`` expects.
public struct KeyMapLoaderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the bytes.
    public let problem: String

    /// The problem in a sentence.
    public var description: String { "reading a dimension's keys from a binary COPY: \(problem)" }
}
