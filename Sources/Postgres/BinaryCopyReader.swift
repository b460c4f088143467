import Words

/// Takes the chunks of a binary COPY, split anywhere, and hands out its rows.
///
/// ```swift
/// var reader = BinaryCopyReader()
/// try await connection.copyOut("COPY team TO STDOUT (FORMAT binary)") { chunk in
///     try reader.read(chunk) { row in … }
/// }
/// try reader.finish()
/// ```
/// Only a row that is not complete yet is kept, so memory is bounded by the longest row.
public struct BinaryCopyReader {
    private enum Stage {
        case header, rows, finished
    }

    private var stage = Stage.header
    /// The beginning of what has not arrived as a whole yet.
    private var remainder: [UInt8] = []
    /// Reused from row to row.
    private var fields: [BinaryCopyRow.Field] = []
    /// How many rows were handed out.
    public private(set) var rowCount = 0

    /// A reader that expects the header.
    public init() {}

    /// Whether the trailer has been read.
    public var isFinished: Bool { stage == .finished }

    /// Reads one chunk and calls `row` for each row that is complete.
    ///
    /// - Throws: What `row` throws, and ``PostgresError`` with the code `protocolViolation` for bytes
    ///   that do not follow the format. After an error the reader cannot go on.
    public mutating func read(
        _ chunk: [UInt8],
        row: (borrowing BinaryCopyRow) throws -> Void
    ) throws {
        guard !chunk.isEmpty else { return }
        let bytes = joined(with: chunk)
        var position = 0
        if stage == .header {
            guard let end = try Self.endOfHeader(bytes) else {
                remainder = bytes
                return
            }
            position = end
            stage = .rows
        }
        var current = BinaryCopyRow(bytes: bytes, reusing: fields)
        fields = []
        while stage == .rows {
            guard let end = try scan(&current, from: position) else { break }
            position = end
            guard stage == .rows else { break }
            try row(current)
            rowCount += 1
        }
        guard stage != .finished || position == bytes.count else {
            throw violation("has `\(bytes.count - position)` bytes after its trailer")
        }
        fields = current.fields
        keepRemainder(of: bytes, from: position)
    }

    /// Checks that the data ended where it should.
    ///
    /// - Throws: ``PostgresError`` with the code `protocolViolation` when the trailer is missing.
    public func finish() throws(PostgresError) {
        guard stage == .finished else { throw violation("ended before its trailer") }
    }

    /// The remainder and `chunk` as one; without a remainder nothing is copied.
    private mutating func joined(with chunk: [UInt8]) -> [UInt8] {
        if remainder.isEmpty { return chunk }
        var bytes: [UInt8] = []
        swap(&bytes, &remainder)
        bytes.append(contentsOf: chunk)
        return bytes
    }

    private mutating func keepRemainder(of bytes: consuming [UInt8], from position: Int) {
        if position == bytes.count {
            remainder = []
        } else if position == 0 {
            remainder = bytes
        } else {
            remainder = Array(bytes[position...])
        }
    }

    /// Where the header ends, or `nil` when it is not complete.
    private static func endOfHeader(_ bytes: [UInt8]) throws(PostgresError) -> Int? {
        let signature = BinaryCopy.signature
        let begin = bytes.prefix(signature.count)
        guard begin.elementsEqual(signature.prefix(begin.count)) else {
            throw PostgresError(
                .protocolViolation,
                "the data does not begin as a binary COPY; expected `COPY … (FORMAT binary)`"
            )
        }
        let fixedLength = signature.count + 8
        guard bytes.count >= fixedLength else { return nil }
        let extensionLength = Int(bytes.bigEndianInt32(at: signature.count + 4))
        guard extensionLength >= 0 else {
            throw PostgresError(
                .protocolViolation,
                "the header of a binary COPY has an extension of `\(extensionLength)` bytes"
            )
        }
        let end = fixedLength + extensionLength
        return bytes.count >= end ? end : nil
    }

    /// Makes `row` the one that begins at `start`.
    ///
    /// - Returns: Where the row ends, or `nil` when it is not complete. At the trailer it also
    ///   changes the stage.
    private mutating func scan(
        _ row: inout BinaryCopyRow,
        from start: Int
    ) throws(PostgresError) -> Int? {
        let total = row.bytes.count
        guard total - start >= 2 else { return nil }
        let count = Int(row.bytes.bigEndianInt16(at: start))
        var position = start + 2
        guard count >= 0 else {
            guard count == -1 else { throw violation("has a row of `\(count)` fields") }
            stage = .finished
            return position
        }
        row.fields.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            guard total - position >= 4 else { return nil }
            let length = Int(row.bytes.bigEndianInt32(at: position))
            guard length >= -1 else { throw violation("has a field of `\(length)` bytes") }
            position += 4
            guard total - position >= length else { return nil }
            row.fields.append(BinaryCopyRow.Field(start: position, length: length))
            position += max(length, 0)
        }
        return position
    }

    private func violation(_ what: String) -> PostgresError {
        PostgresError(
            .protocolViolation,
            "a binary COPY \(what), after \(counted(rowCount, "row"))"
        )
    }
}

extension [UInt8] {
    fileprivate func bigEndianInt16(at index: Int) -> Int16 {
        Int16(bitPattern: UInt16(self[index]) << 8 | UInt16(self[index + 1]))
    }

    fileprivate func bigEndianInt32(at index: Int) -> Int32 {
        let high = UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16
        let low = UInt32(self[index + 2]) << 8 | UInt32(self[index + 3])
        return Int32(bitPattern: high | low)
    }
}
