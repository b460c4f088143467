/// One row of a binary COPY; its fields are views into the received bytes.
///
/// It is valid inside the closure that it is given to only.
public struct BinaryCopyRow: ~Copyable {
    /// Where a field is; a negative length is NULL.
    struct Field {
        var start: Int
        var length: Int
    }

    let bytes: [UInt8]
    var fields: [Field]

    /// A row of `bytes` that is found out later, with the memory of `fields`.
    init(bytes: [UInt8], reusing fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    /// The number of fields.
    public var count: Int { fields.count }

    /// Whether a field is NULL.
    public func isNull(_ index: Int) -> Bool {
        fields[index].length < 0
    }

    /// The bytes of a field, as the type's binary form is; `nil` for NULL.
    ///
    /// It shares the received chunk and keeps it in memory: copy what is to be kept for long.
    public func bytes(_ index: Int) -> ArraySlice<UInt8>? {
        let field = fields[index]
        guard field.length >= 0 else { return nil }
        return bytes[field.start..<(field.start + field.length)]
    }

    /// Calls `body` with the bytes of a field, or with an empty span for NULL; this is the fastest
    /// way, for it neither allocates nor counts references.
    public func withSpan<Result, Failure: Error>(
        _ index: Int,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let field = fields[index]
        let end = field.start + max(field.length, 0)
        return try body(bytes.span.extracting(field.start..<end))
    }

    /// A field of the type that has as many bytes as `Number`: `bigint` for `Int64`, `integer` for
    /// `Int32`, `smallint` for `Int16`; `nil` for NULL.
    ///
    /// - Throws: ``PostgresError`` with the code `protocolViolation` when its length is another.
    public func integer<Number: FixedWidthInteger>(
        _ index: Int,
        as type: Number.Type = Int64.self
    ) throws(PostgresError) -> Number? {
        let field = fields[index]
        guard field.length >= 0 else { return nil }
        guard field.length == MemoryLayout<Number>.size else {
            throw PostgresError(
                .protocolViolation,
                "field \(index + 1) of a binary COPY has `\(field.length)` bytes; expected "
                    + "\(MemoryLayout<Number>.size), the size of \(type)"
            )
        }
        return Number(truncatingIfNeeded: bits(of: field))
    }

    /// The last eight bytes of a field as one number; not generic, because this is called per row.
    private func bits(of field: Field) -> UInt64 {
        var bits: UInt64 = 0
        for offset in field.start..<(field.start + field.length) {
            bits = bits << 8 | UInt64(bytes[offset])
        }
        return bits
    }
}
